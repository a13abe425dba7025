"""How a body may end, and the bodies that are no event stream."""

from __future__ import annotations

import json

import pytest

from dsk.errors import Status
from dsk.stream.decoder import Decoder
from dsk.stream.events import (
    Comment,
    Content,
    Done,
    Event,
    Finish,
    Logprobs,
    Malformed,
    Reasoning,
    Start,
    ToolCall,
    Trouble,
    Usage,
)
from tests.stream.ways import decode, delta, gather, stream

START = Start("c-1", "m-1")
CUT = "the stream ended inside it"


def after_a(rest: str) -> list[Event]:
    """The events that follow a good frame."""
    start, content, *events = decode(stream(delta(content="a")) + rest)
    assert (start, content) == (START, Content("a", 0))
    return events


@pytest.mark.parametrize("done", ["data: [DONE]\n\n", "data:[DONE]\n\n", "data:  [DONE] \t\n\n", "data: [DONE]"])
def test_done_ends_the_stream_with_white_space_around_it_or_no_line_end(done: str) -> None:
    assert after_a(done) == [Done()]


def test_nothing_follows_done() -> None:
    decoder = Decoder()
    assert decoder.feed(stream(delta(content="a"), "[DONE]", delta(content="b"), "oops").encode())[-1] == Done()
    assert decoder.feed(stream("oops").encode()) == []
    assert decoder.close() == []


def test_nothing_follows_close() -> None:
    decoder = Decoder()
    assert decoder.feed(b"data: {") == []
    assert decoder.close() == [Malformed(1, CUT)]
    assert decoder.close() == []
    assert decoder.feed(stream(delta(content="a")).encode()) == []


@pytest.mark.parametrize("end", ["", "\n", "\r\n"])
def test_a_whole_last_frame_counts_without_its_blank_line(end: str) -> None:
    assert after_a("data: " + json.dumps(delta(content="b")) + end) == [Content("b", 0)]


@pytest.mark.parametrize("rest", ["data: {", 'data: {"choices": [{"delta": {"con', "data: 12", "data: oops\n"])
def test_a_cut_last_frame_is_malformed(rest: str) -> None:
    assert after_a(rest) == [Malformed(2, CUT)]


def test_a_last_frame_cut_inside_a_character_is_malformed() -> None:
    cut = json.dumps(delta(content="é"), ensure_ascii=False).encode().split(b"\xa9")[0]
    assert decode(b"data: " + cut) == [Malformed(1, CUT)]


@pytest.mark.parametrize("rest", ["d", "data", "data:", "data: ", "data: [", "data: [DON", "id: 3", "event: x", ":"])
def test_a_cut_that_loses_no_content_is_no_fault(rest: str) -> None:
    assert [event for event in after_a(rest) if not isinstance(event, Comment)] == []


@pytest.mark.parametrize("body", ["", "\n", "\r\n\r\n", "\ufeff", " \n"])
def test_an_empty_body_has_no_events(body: str) -> None:
    assert decode(body) == []


def test_comments_are_events_in_their_place() -> None:
    assert decode(": keep-alive\n\n" + stream(delta(content="a")) + ": x\n\n" + stream("[DONE]")) == [
        Comment("keep-alive"),
        START,
        Content("a", 0),
        Comment("x"),
        Done(),
    ]


# Frames without blank lines between them


def test_chunks_on_lines_of_one_frame_are_each_read() -> None:
    lines = [delta(content="a"), delta(content="b", finish="stop")]
    body = "".join(f"data: {json.dumps(line)}\n" for line in lines)
    expected = [START, Content("a", 0), Content("b", 0), Finish("stop", 0)]
    assert decode(body) == expected
    assert decode(body + "data: [DONE]\ndata: x\n\n") == [*expected, Done()]


def test_lines_before_a_broken_one_are_read() -> None:
    body = "".join(f"data: {line}\n" for line in (json.dumps(delta(content="a")), "oops", "{}"))
    assert decode(body + "\n") == [
        START,
        Content("a", 0),
        Malformed(1, "'oops' is not JSON: expecting value at character 1"),
    ]
    assert decode(body)[-1] == Malformed(1, CUT)


def test_one_chunk_over_several_lines_is_one_chunk() -> None:
    lines = json.dumps(delta(content="a"), indent=1).split("\n")
    assert decode("".join(f"data: {line}\n" for line in lines) + "\n") == [START, Content("a", 0)]


# Bodies that are no event stream

MESSAGE = {
    "role": "assistant",
    "content": "all",
    "reasoning_content": "hm",
    "tool_calls": [
        {"id": "x", "type": "function", "function": {"name": "f", "arguments": "{}"}},
        {"id": "y", "type": "function", "function": {"name": "g", "arguments": ""}},
    ],
}
WHOLE = {
    "id": "c-1",
    "object": "chat.completion",
    "model": "m-1",
    "choices": [{"index": 0, "message": MESSAGE, "logprobs": {"content": []}, "finish_reason": "tool_calls"}],
    "usage": {"total_tokens": 3},
}


@pytest.mark.parametrize("start", ["", "\n\n\n", "\ufeff", "\r\n \r\n"])
@pytest.mark.parametrize("indent", [None, 2])
def test_an_answer_that_was_not_streamed_gives_the_same_events(start: str, indent: int | None) -> None:
    assert decode(start + json.dumps(WHOLE, indent=indent) + "\n") == [
        START,
        Reasoning("hm", 0),
        Content("all", 0),
        ToolCall(0, "x", "f", "{}", 0),
        ToolCall(1, "y", "g", "", 0),
        Logprobs({"content": []}, 0),
        Finish("tool_calls", 0),
        Usage({"total_tokens": 3}),
        Done(),
    ]


def test_a_body_that_holds_blank_lines_or_a_data_field_is_still_one_body() -> None:
    body = json.dumps(WHOLE, indent=2).replace("{\n", "{\n\n").replace("\n", "\r\n")
    assert decode(body)[-1] == Done()


def test_an_answer_is_not_read_before_its_end() -> None:
    decoder = Decoder()
    assert decoder.feed(json.dumps(WHOLE).encode()) == []
    assert decoder.close()[-1] == Done()


def test_a_completion_that_was_not_streamed_has_its_text() -> None:
    body = {"id": "c-1", "model": "m-1", "choices": [{"index": 0, "text": "a", "finish_reason": "length"}]}
    assert decode(json.dumps(body)) == [START, Content("a", 0), Finish("length", 0), Done()]


def test_an_error_body_is_trouble_also_in_a_list() -> None:
    assert decode('{"error": {"message": "no", "code": 3}}') == [Trouble("no", "3")]
    assert decode('[{"error": {"message": "no", "code": 3}}]') == [Trouble("no", "3")]


def test_an_answer_with_an_error_beside_it_ends_in_trouble() -> None:
    assert decode(json.dumps({**WHOLE, "error": "no"}))[-1] == Trouble("no", "")


@pytest.mark.parametrize(
    ("body", "why"),
    [
        (json.dumps(WHOLE)[:100], "it is not JSON: it ends too early"),
        ('{"id": "c-1",', "it is not JSON: it ends too early"),
        ("{oops}", "it is not JSON: expecting property name enclosed in double quotes at character 2"),
        ('{"a": 1} {"b": 2}', "it is not JSON: extra data at character 9"),
        ("[1, 2]", "it is JSON, but no object"),
        ('{"a": 1}', "it is JSON, but neither an answer nor an error"),
        (
            "<html><head><title>\n 502 &lt;Bad&gt;\n Gateway </title>",
            "it is an HTML page, titled '502 <Bad> Gateway'",
        ),
        ("\n<!DOCTYPE html><body>", "it is an HTML page"),
        ("upstream gone", "it is no event stream, it begins 'upstream gone'"),
        ("data base down", "it is no event stream, it begins 'data base down'"),
    ],
)
def test_any_other_body_is_malformed_and_named(body: str, why: str) -> None:
    assert decode(body) == [Malformed(0, why)]


def test_a_body_that_is_not_utf_8_is_malformed() -> None:
    assert decode(b'{"error": "\xff"}') == [Malformed(0, "it is not UTF-8, at byte 0xff")]


def test_an_answer_without_a_finish_reason_is_not_whole() -> None:
    body = {"id": "c-1", "model": "m-1", "choices": [{"message": {"content": "a"}}]}
    events = decode(json.dumps(body))
    assert events == [START, Content("a", 0), Malformed(0, "the answer has no finish reason")]
    fault = gather(events).verdict()
    assert fault is not None
    assert (fault.status, fault.message) == (
        Status.BROKEN,
        "the body is malformed: the answer has no finish reason",
    )


@pytest.mark.parametrize(
    ("choices", "why"),
    [
        ([{"message": 5}], "message is a number"),
        ([{"message": {"content": 5}, "finish_reason": "stop"}], "content is a number"),
        ([{"message": {"content": None}}], "the answer has no finish reason"),
        ([{}], "the answer has no finish reason"),
        ([1], "the answer has no finish reason"),
        ({"a": 1}, "the answer has no finish reason"),
    ],
)
def test_an_answer_of_the_wrong_types_is_malformed_and_the_field_named(choices: object, why: str) -> None:
    assert decode(json.dumps({"choices": choices}))[-1] == Malformed(0, why)
