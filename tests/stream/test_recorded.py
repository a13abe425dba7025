"""Real streams of many servers, where they are at hand, against what an independent decoder made of them."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from dsk.stream.events import Comment
from tests.stream.ways import calls_of, decode_pieces, gather, ways

RECORDED = Path(__file__).resolve().parents[2] / "../shared/streams"
NAMES = sorted(path.stem for path in RECORDED.glob("*.sse"))

pytestmark = pytest.mark.skipif(not NAMES, reason="the recorded streams are not here")


@pytest.mark.parametrize("name", NAMES or ["none"])
def test_a_recorded_stream_decodes_to_what_is_expected_of_it(name: str) -> None:
    expected = json.loads((RECORDED / f"{name}.json").read_text(encoding="utf-8"))
    first = None
    for way in ways((RECORDED / f"{name}.sse").read_bytes()):
        events = decode_pieces(way)
        first = first or events
        assert events == first
    assert first is not None
    answer = gather(first)
    assert answer.content == expected["content"]
    assert answer.reasoning == expected["reasoning"]
    assert answer.refusal == expected.get("refusal", "")
    assert answer.finish_reason == expected["finish_reason"]
    assert answer.usage == expected["usage"]
    assert calls_of(answer) == [(c["id"], c["name"], c["arguments"]) for c in expected["tool_calls"]]
    assert answer.done == expected["meta"]["done"]
    assert len(answer.choices) == expected["meta"]["n_choices"]
    assert sum(isinstance(event, Comment) for event in first) == expected["meta"]["comments"]
    assert not answer.trouble
