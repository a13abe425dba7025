"""A character cut in two as JSON escapes is joined; no half of one ever leaves the decoder."""

from __future__ import annotations

import pytest

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
from dsk.stream.surrogates import Joiner
from tests.stream.ways import decode, delta, stream

HIGH, LOW, LOST = "\ud83d", "\ude00", "\ufffd"
START = Start("c-1", "m-1")


def events_of(*chunks: object) -> list[Event]:
    start, *events = decode(stream(*chunks))
    assert start == START
    return events


def call(arguments: str, index: int = 0) -> dict[str, object]:
    return delta(tool_calls=[{"index": index, "function": {"arguments": arguments}}])


def test_a_pair_cut_over_two_deltas_is_joined_when_its_second_half_comes() -> None:
    assert events_of(delta(content="a" + HIGH), delta(content=LOW + "b")) == [Content("a", 0), Content("😀b", 0)]


def test_a_delta_of_half_a_character_alone_is_no_event() -> None:
    assert events_of(delta(content=HIGH), delta(content=LOW)) == [Content("😀", 0)]


def test_a_pair_in_one_delta_is_left_alone() -> None:
    assert events_of(delta(content="a😀b")) == [Content("a😀b", 0)]


@pytest.mark.parametrize("lone", [HIGH + "b", "b" + LOW, LOW + HIGH + "b", HIGH + HIGH + "b"])
def test_a_half_that_cannot_be_joined_is_replaced(lone: str) -> None:
    expected = lone.replace(HIGH, LOST).replace(LOW, LOST)
    assert events_of(delta(content=lone)) == [Content(expected, 0)]


def test_a_half_followed_by_other_text_is_replaced_in_its_place() -> None:
    assert events_of(delta(content="a" + HIGH), delta(content="b")) == [Content("a", 0), Content(LOST + "b", 0)]


def test_a_half_before_an_empty_delta_waits_on() -> None:
    assert events_of(delta(content=HIGH), delta(content=""), {"type": "ping"}, delta(content=LOW)) == [Content("😀", 0)]


def test_texts_of_different_choices_do_not_meet() -> None:
    assert events_of(delta(0, content=HIGH), delta(1, content=LOW), delta(0, content=LOW)) == [
        Content(LOST, 1),
        Content("😀", 0),
    ]


def test_a_half_of_reasoning_is_given_up_when_the_answer_begins() -> None:
    assert events_of(delta(reasoning=HIGH), delta(content=LOW + "a")) == [Reasoning(LOST, 0), Content(LOST + "a", 0)]


def test_arguments_of_a_tool_call_are_joined() -> None:
    named = delta(tool_calls=[{"index": 0, "id": "x", "function": {"name": "f", "arguments": HIGH}}])
    assert events_of(named, call(HIGH, 1), call(LOW), call(LOW, 1)) == [
        ToolCall(0, "x", "f", "", 0),
        ToolCall(0, None, None, "😀", 0),
        ToolCall(1, None, None, "😀", 0),
    ]


@pytest.mark.parametrize(
    ("end", "events"),
    [
        ("", []),
        (stream("[DONE]"), [Done()]),
        (stream(delta(finish="stop")), [Finish("stop", 0)]),
    ],
)
def test_a_half_at_the_end_is_replaced_before_the_end(end: str, events: list[Event]) -> None:
    assert decode(stream(delta(content="a" + HIGH)) + end) == [START, Content("a", 0), Content(LOST, 0), *events]


@pytest.mark.parametrize(
    ("end", "event"),
    [
        (stream({"error": "no"}), Trouble("no", "")),
        (stream("3", "x"), Malformed(2, "it is JSON, but no object")),
        ("data: {", Malformed(2, "the stream ended inside it")),
    ],
)
def test_a_half_before_a_break_is_replaced_only_when_nothing_follows(end: str, event: Event) -> None:
    """The other half may come with a stream that goes on where this one broke."""
    assert decode(stream(delta(content="a" + HIGH)) + end) == [START, Content("a", 0), event, Content(LOST, 0)]


def test_a_half_at_the_end_of_a_calls_arguments_is_replaced() -> None:
    assert events_of(call("{" + HIGH), delta(finish="length")) == [
        ToolCall(0, None, None, "{", 0),
        ToolCall(0, None, None, LOST, 0),
        Finish("length", 0),
    ]


def test_no_other_text_holds_a_half() -> None:
    choice = {
        "delta": {"tool_calls": [{"index": 0, "id": HIGH, "function": {"name": LOW}}]},
        "logprobs": {"content": [{"token": HIGH, HIGH: [LOW]}]},
        "finish_reason": HIGH,
    }
    chunk = {
        "id": HIGH,
        "model": LOW,
        "choices": [choice],
        "usage": {HIGH: LOW},
        "error": {"message": HIGH, "type": LOW},
    }
    assert decode(stream(chunk)) == [
        Start(LOST, LOST),
        ToolCall(0, LOST, LOST, "", 0),
        Logprobs({"content": [{"token": LOST, LOST: [LOST]}]}, 0),
        Finish(LOST, 0),
        Usage({LOST: LOST}),
        Trouble(LOST, LOST),
    ]


def test_bodies_and_error_texts_hold_no_half_either() -> None:
    assert decode('{"error": "\\ud83d"}') == [Trouble(LOST, "")]
    assert decode(stream(delta()) + 'event: error\ndata: "\\ud83d"\n\n')[-1] == Trouble(LOST, "")


def test_a_half_waits_while_the_server_sends_comments() -> None:
    joiner = Joiner()
    assert joiner.join([Content(HIGH, 0), Comment("keep-alive"), Content(LOW, 0)]) == [
        Comment("keep-alive"),
        Content("😀", 0),
    ]
    assert not joiner.is_waiting
