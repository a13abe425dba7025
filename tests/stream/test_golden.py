"""Small streams that each show one quirk, and what must come of them: tests/streams/NAME.sse and NAME.out."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from dsk.stream.answer import Answer
from tests.stream.ways import answer_of

STREAMS = Path(__file__).resolve().parents[1] / "streams"
NAMES = sorted(path.stem for path in STREAMS.glob("*.sse"))


def facts(answer: Answer) -> dict[str, Any]:
    """What ``--json`` says of an answer, with the status that the run ends with."""
    failure = answer.verdict()
    return {
        "content": answer.content,
        "reasoning": answer.reasoning,
        "refusal": answer.refusal,
        "tool_calls": [{"id": c.id, "name": c.name, "arguments": c.arguments} for c in answer.tool_calls],
        "finish_reason": answer.finish_reason,
        "usage": answer.usage,
        "status": int(failure.status) if failure else 0,
        "error": failure.message if failure else None,
    }


@pytest.mark.parametrize("name", NAMES)
def test_the_stream_decodes_to_its_golden_facts(name: str) -> None:
    golden = json.loads((STREAMS / f"{name}.out").read_text(encoding="utf-8"))
    assert facts(answer_of((STREAMS / f"{name}.sse").read_bytes())) == golden


def test_every_golden_file_has_its_twin() -> None:
    assert NAMES
    assert sorted(path.stem for path in STREAMS.glob("*.out")) == NAMES
