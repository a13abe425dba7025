"""The token counts: for people with ``--usage``, for scripts with ``--usage-to``."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from dsk.ending import Timing
from dsk.errors import KeyFault
from dsk.output.counts import Counts, token_counts, tokens_per_second
from dsk.output.settings import OutputSettings
from dsk.stream.events import Usage
from tests.output.playing import NO_TIMING, TIMING, Player, arrive, said

DEEPSEEK: dict[str, Any] = {
    "prompt_tokens": 12,
    "completion_tokens": 34,
    "total_tokens": 46,
    "prompt_tokens_details": {"cached_tokens": 8},
    "completion_tokens_details": {"reasoning_tokens": 20},
    "prompt_cache_hit_tokens": 8,
    "prompt_cache_miss_tokens": 4,
}
SHOWN = OutputSettings(usage=True)


@pytest.mark.parametrize(
    ("usage", "counts"),
    [
        (DEEPSEEK, Counts(12, 8, 34, 20)),
        ({"prompt_tokens": 1, "prompt_tokens_details": {"cached_tokens": 0}}, Counts(1, 0, None, None)),
        ({"prompt_cache_hit_tokens": 0, "prompt_tokens_details": {"cached_tokens": 5}}, Counts(None, 0, None, None)),
        ({"prompt_tokens_details": None, "completion_tokens_details": []}, Counts(None, None, None, None)),
        ({"prompt_tokens": "12", "completion_tokens": True}, Counts(None, None, None, None)),
        ({"prompt_tokens": -1, "completion_tokens": 10**400}, Counts(None, None, None, None)),
        ({"prompt_tokens": 2**53, "completion_tokens": 2**53 + 1}, Counts(2**53, None, None, None)),
        (None, Counts(None, None, None, None)),
    ],
)
def test_counts_are_found_in_every_shape_of_usage(usage: dict[str, Any] | None, counts: Counts) -> None:
    assert token_counts(usage) == counts


@pytest.mark.parametrize(
    ("tokens", "timing", "pace"),
    [
        (34, TIMING, 34.0),
        (10, Timing(1.0, 5.0), 2.5),
        (34, Timing(1.0, 1.0), None),
        (34, NO_TIMING, None),
        (None, TIMING, None),
        (0, TIMING, None),
    ],
)
def test_the_pace_is_counted_from_the_first_token(tokens: int | None, timing: Timing, pace: float | None) -> None:
    assert tokens_per_second(Counts(None, None, tokens, None), timing) == pace


def test_the_line_tells_counts_and_times(player: Player) -> None:
    played = player.play([*said("a"), *arrive(Usage(DEEPSEEK))], SHOWN, timing=TIMING)
    line = b"dsk: usage: prompt 12, cache hit 8, completion 34, reasoning 20, first token 0.25 s, 34.0 tokens/s\n"
    assert played == (b"a\n", line, 0)


def test_the_line_leaves_out_what_is_not_known(player: Player) -> None:
    arrivals = [*said("a"), *arrive(Usage({"prompt_tokens": 1, "completion_tokens": 2}))]
    assert player.play(arrivals, SHOWN).stderr == b"dsk: usage: prompt 1, completion 2\n"


def test_the_line_says_that_nothing_is_known(player: Player) -> None:
    assert player.play(said("a"), SHOWN).stderr == b"dsk: usage: the server did not tell\n"


def test_a_request_that_failed_has_no_line(player: Player) -> None:
    played = player.play([], SHOWN, failure=KeyFault("the key was refused"), http_status=401)
    assert played.stderr == b"dsk: the key was refused\n"


def test_a_cut_answer_has_its_line_before_the_failure(player: Player) -> None:
    played = player.play([*said("a", finish="length"), *arrive(Usage(DEEPSEEK))], SHOWN)
    first, second = played.stderr.decode().splitlines()[:2]
    assert first.startswith("dsk: usage: ")
    assert second.startswith("dsk: the token limit")


def test_the_line_comes_after_the_answer_on_a_terminal(player: Player) -> None:
    shown = player.show([*said("a"), *arrive(Usage({"prompt_tokens": 1}))], SHOWN).stdout
    assert shown == b"a\ndsk: usage: prompt 1\n"


def test_the_record_is_the_servers_object_with_what_it_belongs_to(player: Player, tmp_path: Path) -> None:
    arrivals = [*said("a"), *arrive(Usage(DEEPSEEK | {"new": [1]}))]
    settings = OutputSettings(usage_to="5")
    for _ in range(2):
        played = player.play(arrivals, settings, timing=TIMING, redirect="5>>usage.jsonl")
        assert played == (b"a\n", b"", 0)
    lines = (tmp_path / "usage.jsonl").read_text().splitlines()
    record = {
        "id": "id-1",
        "model": "model-1",
        "finish_reason": "stop",
        "usage": DEEPSEEK | {"new": [1]},
        "timing": {"first_token": 0.25, "total": 1.25},
    }
    assert lines == [json.dumps(record, separators=(",", ":"))] * 2


@pytest.mark.parametrize(
    ("settings", "wanted"),
    [
        (OutputSettings(), False),
        (OutputSettings(format="raw", reasoning_to="3"), False),
        (OutputSettings(format="json"), True),
        (OutputSettings(format="jsonl"), True),
        (OutputSettings(usage=True), True),
        (OutputSettings(usage_to="3"), True),
        (OutputSettings(events_to="3"), True),
        (OutputSettings(write_out="%{tokens}"), True),
    ],
)
def test_usage_is_asked_for_where_it_will_be_told(settings: OutputSettings, wanted: bool) -> None:
    assert settings.wants_usage is wanted
