"""``--json`` and ``--jsonl``: the documented objects, for whole runs and for failed ones."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from dsk.ending import Timing
from dsk.errors import InterruptFault, KeyFault
from dsk.output.json_lines import event_lines
from dsk.output.json_text import json_line
from dsk.output.settings import OutputSettings
from dsk.stream.events import (
    Comment,
    Content,
    Done,
    Event,
    Finish,
    Logprobs,
    Malformed,
    Reasoning,
    Refusal,
    Start,
    ToolCall,
    Trouble,
    Usage,
)
from tests.output.playing import Player, arrive, said

JSON = OutputSettings(format="json")
JSONL = OutputSettings(format="jsonl")
KEYS = "id model content reasoning tool_calls finish_reason usage choices timing resumed status error".split()  # noqa: SIM905 - as in the manual
REFUSED = KeyFault("the key was refused", "no such key", hint="set a key", http_status=401, trace="t-1")

EVENTS: list[Event] = [
    Comment("keep-alive"),
    Start("id-1", "model-1"),
    Reasoning("hm", 0),
    Content("gr\u00fc\u00df ", 0),
    Logprobs({"content": [{"token": "gr"}]}, 0),
    Content("dich", 0),
    Content("two", 1),
    ToolCall(0, "call-1", "weather", '{"city"', 0),
    ToolCall(0, None, None, ':"Bonn"}', 0),
    Finish("stop", 1),
    Finish("tool_calls", 0),
    Usage({"total_tokens": 7}),
    Done(),
]
CALLS = [{"id": "call-1", "type": "function", "function": {"name": "weather", "arguments": '{"city":"Bonn"}'}}]
SECOND = {"index": 1, "tool_calls": [], "finish_reason": "stop"}


def test_json_is_one_compact_line_with_the_documented_keys_in_order(player: Player) -> None:
    played = player.play(arrive(*EVENTS), JSON, timing=Timing(0.12345678, 1.5))
    assert (played.stderr, played.status) == (b"", 0)
    expected = {
        "id": "id-1",
        "model": "model-1",
        "content": "gr\u00fc\u00df dich",
        "reasoning": "hm",
        "tool_calls": CALLS,
        "finish_reason": "tool_calls",
        "usage": {"total_tokens": 7},
        "choices": [
            {
                "index": 0,
                "content": "gr\u00fc\u00df dich",
                "reasoning": "hm",
                "tool_calls": CALLS,
                "finish_reason": "tool_calls",
                "logprobs": {"content": [{"token": "gr"}]},
            },
            {"index": 1, "content": "two", "reasoning": "", "tool_calls": [], "finish_reason": "stop"},
        ],
        "timing": {"first_token": 0.123457, "total": 1.5},
        "resumed": [],
        "status": 0,
        "error": None,
    }
    assert list(expected) == KEYS
    assert played.stdout.decode() == json.dumps(expected, ensure_ascii=False, separators=(",", ":")) + "\n"


def test_json_of_a_request_that_failed_tells_the_failure(player: Player) -> None:
    played = player.play([], JSON, failure=REFUSED, http_status=401)
    assert played.status == 3
    found = json.loads(played.stdout)
    assert list(found) == KEYS
    assert found == {
        "id": None,
        "model": None,
        "content": "",
        "reasoning": "",
        "tool_calls": [],
        "finish_reason": None,
        "usage": None,
        "choices": [],
        "timing": {"first_token": None, "total": None},
        "resumed": [],
        "status": 3,
        "error": {
            "message": "the key was refused: no such key (HTTP 401, trace t-1)",
            "http_status": 401,
            "trace": "t-1",
            "hint": "set a key",
            "retry_after": None,
        },
    }


def test_json_of_a_cut_answer_holds_what_came(player: Player) -> None:
    played = player.play(said("Hel", finish=None), JSON, failure=InterruptFault("interrupted"))
    found = json.loads(played.stdout)
    assert (found["content"], found["finish_reason"], found["status"]) == ("Hel", None, 130)
    assert found["error"] == {
        "message": "interrupted",
        "http_status": 200,
        "trace": None,
        "hint": None,
        "retry_after": None,
    }


def test_json_tells_a_refusal_in_its_choice(player: Player) -> None:
    played = player.play(arrive(Refusal("I will not", 0), Finish("stop", 0)), JSON)
    assert json.loads(played.stdout)["choices"][0]["refusal"] == "I will not"


def test_json_is_written_when_all_is_known(player: Player) -> None:
    played = player.play(said("a", "b"), JSON)
    assert json.loads(played.stdout)["content"] == "ab"
    assert played.stdout.count(b"\n") == 1


def test_jsonl_has_a_line_for_each_event_and_the_run_without_its_texts_at_the_end(player: Player) -> None:
    played = player.play(arrive(*EVENTS), JSONL, timing=Timing(0.5, 1.5))
    lines = [json.loads(line) for line in played.stdout.decode().splitlines()]
    assert lines == [
        {"type": "start", "id": "id-1", "model": "model-1"},
        {"type": "reasoning", "choice": 0, "text": "hm"},
        {
            "type": "content",
            "choice": 0,
            "text": "gr\u00fc\u00df ",
            "logprobs": {"content": [{"token": "gr"}]},
        },
        {"type": "content", "choice": 0, "text": "dich"},
        {"type": "content", "choice": 1, "text": "two"},
        {
            "type": "tool_call",
            "choice": 0,
            "index": 0,
            "id": "call-1",
            "name": "weather",
            "arguments": '{"city"',
        },
        {"type": "tool_call", "choice": 0, "index": 0, "id": None, "name": None, "arguments": ':"Bonn"}'},
        {"type": "usage", "usage": {"total_tokens": 7}},
        {
            "type": "end",
            "id": "id-1",
            "model": "model-1",
            "tool_calls": CALLS,
            "finish_reason": "tool_calls",
            "usage": {"total_tokens": 7},
            "choices": [{"index": 0, "tool_calls": CALLS, "finish_reason": "tool_calls"}, SECOND],
            "timing": {"first_token": 0.5, "total": 1.5},
            "resumed": [],
            "status": 0,
            "error": None,
        },
    ]
    assert list(lines[-1]) == ["type", *(key for key in KEYS if key not in ("content", "reasoning"))]


@pytest.mark.parametrize("last", [Trouble("overloaded", "server_error"), Malformed(2, "it is not JSON")])
def test_jsonl_of_a_stream_that_broke_ends_in_an_error(player: Player, last: Event) -> None:
    played = player.play(arrive(Content("a", 0), last), JSONL)
    lines = [json.loads(line) for line in played.stdout.decode().splitlines()]
    assert [line["type"] for line in lines] == ["content", "error"]
    assert lines[-1]["status"] == played.status == 12
    assert lines[-1]["message"] == lines[-1]["error"]["message"]
    assert f"dsk: {lines[-1]['message']}\n" in played.stderr.decode()


def test_jsonl_of_a_request_that_failed_is_the_error_alone(player: Player) -> None:
    played = player.play([], JSONL, failure=REFUSED, http_status=401)
    (line,) = [json.loads(line) for line in played.stdout.decode().splitlines()]
    assert (line["type"], line["status"], line["error"]["hint"]) == ("error", 3, "set a key")


def test_events_to_writes_the_same_lines(player: Player, tmp_path: Path) -> None:
    player.play(arrive(*EVENTS), OutputSettings(events_to="ev.jsonl"))
    assert (tmp_path / "ev.jsonl").read_bytes() == player.play(arrive(*EVENTS), JSONL).stdout


def test_log_probabilities_without_a_text_before_them_have_a_line_with_an_empty_text() -> None:
    data: dict[str, Any] = {"content": []}
    line = {"type": "content", "choice": 1, "text": "", "logprobs": data}
    assert event_lines([Logprobs(data, 1)]) == [line]
    assert event_lines([Content("a", 0), Logprobs(data, 1)])[1] == line
    assert event_lines([Content("a", 1), Usage({}), Logprobs(data, 1)])[2] == line
    assert event_lines([Content("a", 1), Logprobs({"content": [1]}, 1), Logprobs(data, 1)])[1] == line


def test_log_probabilities_of_reasoning_go_with_it() -> None:
    data = {"reasoning_content": [{"token": "hm"}]}
    events: list[Event] = [Reasoning("hm", 0), Logprobs(data, 0)]
    assert event_lines(events) == [{"type": "reasoning", "choice": 0, "text": "hm", "logprobs": data}]


def test_a_refusal_is_no_text_of_the_answer() -> None:
    assert event_lines([Refusal("no", 0)]) == [{"type": "content", "choice": 0, "text": "", "refusal": "no"}]


@pytest.mark.parametrize(
    ("value", "line"),
    [
        ({"a": float("inf"), "b": [float("nan"), 1.5], "c": (-1e999,)}, b'{"a":null,"b":[null,1.5],"c":[null]}\n'),
        ("\ud800 \udcff \u00e9", b'"\\ud800 \\udcff \xc3\xa9"\n'),
        ("\n\x00", b'"\\n\\u0000"\n'),
    ],
    ids=["numbers that JSON has not", "lone surrogates", "controls"],
)
def test_json_is_valid_whatever_it_is_made_of(value: object, line: bytes) -> None:
    assert json_line(value) == line
