"""From the events of a stream to the log: what is written at the end, and what a killed run has."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from dsk.ending import Ending, Timing
from dsk.errors import Failure, ServerFault
from dsk.jobs.log.fields import fields
from dsk.jobs.log_writing import LONG, RunLog
from dsk.output.summary import summary
from dsk.state.log.pieces import put_together
from dsk.state.log.reader import body_of, find
from dsk.state.log.reading import reading
from dsk.stream.answer import Answer
from dsk.stream.decoder import Decoder
from dsk.stream.events import Content, Event, Finish, Reasoning, Refusal, Resume, Start, ToolCall, Usage
from tests.harness import wait_until
from tests.state.log.writing import entry, rows

MUCH = "nai\u0308ve \U0001f600 " * (LONG // 10)
STREAMS: dict[str, list[Event]] = {
    "an answer": [
        Start("id1", "served"),
        Reasoning("why", 0),
        Reasoning(" not", 0),
        Content("Hel", 0),
        Content("lo \U0001f600", 0),
        Finish("stop", 0),
        Usage({"completion_tokens": 3}),
    ],
    "tool calls": [
        Start("id2", "served"),
        ToolCall(0, "a", "weather", '{"ci', 0),
        ToolCall(1, "b", "time", "", 0),
        ToolCall(0, None, None, 'ty":1}', 0),
        Finish("tool_calls", 0),
    ],
    "two choices": [Content("a", 0), Content("b", 1), Content("c", 0), Finish("stop", 1), Finish("length", 0)],
    "a refusal": [Refusal("I can", 0), Refusal("not", 0), Finish("stop", 0)],
    "resumed": [Content("Once ", 0), Resume(5, "the connection was lost"), Content("more", 0), Finish("stop", 0)],
    "resumed, with the tokens of both parts": [
        Content("Once ", 0),
        Usage({"completion_tokens": 1}),
        Usage({"completion_tokens": 2}),
        Resume(5, "the token limit cut the answer"),
        Content("more", 0),
        Usage({"completion_tokens": 1}),
    ],
    "begun anew": [Reasoning("lost", 0), Resume(0, "stalled"), Reasoning("new", 0), Content("x", 0)],
    "a long answer": [Start("id1", "served"), Content(MUCH, 0), Content("The end.", 0), Finish("stop", 0)],
    "long reasoning": [Reasoning(MUCH, 0), Content("42", 0), Finish("stop", 0)],
    "a long answer to a question that was begun anew": [
        Content("lost", 0),
        Resume(0, "stalled"),
        Content(MUCH, 0),
        Resume(len(MUCH), "stalled"),
        Content("The end.", 0),
        Usage({"completion_tokens": 3}),
    ],
    "one long answer of two": [Content(MUCH, 0), Content("b", 1), Finish("stop", 1), Finish("length", 0)],
    "a long answer that becomes a refusal": [Content(MUCH, 0), Refusal("not this", 0), Finish("stop", 0)],
    "nothing": [],
}


def answer_of(events: list[Event]) -> Answer:
    answer = Answer()
    for event in events:
        answer.add(event)
    return answer


@pytest.mark.parametrize("name", STREAMS)
@pytest.mark.parametrize(
    "failure", [None, ServerFault("the server failed", "oh", hint="try", http_status=503)], ids=str
)
def test_the_log_has_what_json_says(tmp_path: Path, name: str, failure: Failure | None) -> None:
    path = tmp_path / "log.db"
    events = STREAMS[name]
    ending = Ending(answer_of(events), failure, Timing(0.25, 1.5), 200)
    log = RunLog(str(path), entry("Tell me"))
    log.received(b"", events)
    log.end(ending)
    assert log.warning is None
    found = logged_fields(path)
    wanted = json.loads(json.dumps(summary(ending, texts=True)))
    assert {key: found[key] for key in wanted} == wanted
    assert found["request"]["messages"] == [{"role": "user", "content": "Tell me"}]
    assert (found["state"], found["http_status"]) == ("ended", 200)


@pytest.mark.parametrize("name", STREAMS)
def test_what_is_written_on_the_way_makes_the_same_answer(tmp_path: Path, name: str) -> None:
    path = tmp_path / "log.db"
    events = STREAMS[name]
    answer = answer_of(events)
    log = RunLog(str(path), entry())
    for event in events:
        log.received(b"", [event])
    if events:
        wait_until(lambda: path.exists() and rows(path, "SELECT 1 FROM sqlite_master WHERE name = 'pieces'"), "a log")
        wait_until(lambda: rows(path, "SELECT 1 FROM pieces"), "the pieces")
    found = logged_fields(path) if events else {}
    wanted = json.loads(json.dumps(summary(Ending(answer, None, Timing(None, None), None), texts=True)))
    for key in ("id", "model", "content", "reasoning", "tool_calls", "finish_reason", "usage", "choices", "resumed"):
        assert found.get(key, wanted[key]) == wanted[key], key
    log.end(Ending(answer, None, Timing(None, None), None))


def logged_fields(path: Path) -> dict[str, Any]:
    with reading(str(path)) as log:
        run = find(log, -1)
        assert run
        found: dict[str, Any] = json.loads(json.dumps(fields(run, body_of(log, run.id))))
        return found


def test_values_that_json_has_not_are_no_failure(tmp_path: Path) -> None:
    path = tmp_path / "log.db"
    events: list[Event] = [Usage({"completion_tokens": float("nan"), "note": "\ud83d"}), Content("x", 0)]
    log = RunLog(str(path), entry())
    log.received(b"", events)
    log.end(Ending(answer_of(events), None, Timing(None, None), 200))
    assert log.warning is None
    assert logged_fields(path)["usage"]["completion_tokens"] is None


def test_every_recorded_stream_is_put_together_again() -> None:
    from dsk.jobs.log_writing import _piece

    folder = Path(__file__).resolve().parents[2] / "streams"
    streams = sorted(folder.glob("*.sse"))
    assert streams
    for stream in streams:
        decoder = Decoder()
        events = [*decoder.feed(stream.read_bytes()), *decoder.close()]
        answer = answer_of(list(events))
        outcome = put_together(piece for piece in map(_piece, events) if piece)
        assert (outcome.content, outcome.reasoning) == (answer.content, answer.reasoning), stream.name
        assert (outcome.finish_reason, outcome.id or "", outcome.model or "") == (
            answer.finish_reason,
            answer.id,
            answer.model,
        ), stream.name
