"""Chunks to events: every shape that servers give to the same thing."""

from __future__ import annotations

from typing import Any

import pytest

from dsk.stream.events import (
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
from tests.stream.ways import decode, decode_pieces, delta, stream

START = Start("c-1", "m-1")


def events_of(*chunks: object) -> list[Event]:
    """The events of a stream of these chunks without the start."""
    start, *events = decode(stream(*chunks))
    assert start == START
    return events


def call(**fragment: Any) -> dict[str, Any]:
    return delta(tool_calls=[fragment])


def function(name: str | None = None, arguments: object = "") -> dict[str, Any]:
    return {"name": name, "arguments": arguments}


def test_the_start_comes_once_with_id_and_model() -> None:
    events = decode(stream(delta(content="a"), delta(content="b"), "[DONE]"))
    assert events == [START, Content("a", 0), Content("b", 0), Done()]


def test_a_first_chunk_without_model_does_not_hide_the_model_of_the_next() -> None:
    filtered = {"id": "", "model": "", "choices": [], "prompt_filter_results": [{}]}
    assert decode(stream(filtered, delta(content="a"))) == [START, Content("a", 0)]


def test_content_without_id_and_model_is_started_all_the_same() -> None:
    assert decode(stream({"choices": [{"delta": {"content": "a"}}]})) == [Start("", ""), Content("a", 0)]


@pytest.mark.parametrize("nothing", [None, "", [], {}, [None, 3, {"type": "image_url"}]])
def test_a_delta_without_text_says_nothing(nothing: object) -> None:
    assert events_of(delta(role="assistant", content=nothing, reasoning_content=nothing, refusal=nothing)) == []


@pytest.mark.parametrize("nothing", [7, True])
def test_reasoning_and_refusals_that_are_no_text_say_nothing(nothing: object) -> None:
    assert events_of(delta(role="assistant", reasoning_content=nothing, refusal=nothing)) == []


@pytest.mark.parametrize(
    "content",
    [
        "one two",
        [{"type": "text", "text": "one "}, {"type": "text", "text": "two"}],
        ["one ", "two"],
        {"type": "text", "text": "one two"},
        [{"type": "text", "text": "one two"}, {"type": "image_url", "image_url": {"url": "x"}}, None, 1],
    ],
)
def test_content_may_be_a_string_or_parts(content: object) -> None:
    assert events_of(delta(content=content)) == [Content("one two", 0)]


def test_thinking_parts_are_reasoning() -> None:
    thinking = {"type": "thinking", "thinking": [{"type": "text", "text": "hm"}]}
    assert events_of(delta(content=[thinking, {"type": "text", "text": "yes"}])) == [
        Reasoning("hm", 0),
        Content("yes", 0),
    ]


def test_thinking_parts_beside_reasoning_are_said_once() -> None:
    thinking = {"type": "thinking", "thinking": "other words"}
    assert events_of(delta(content=[thinking], reasoning="hm")) == [Reasoning("hm", 0)]


@pytest.mark.parametrize(
    "said",
    [
        {"reasoning_content": "hm"},
        {"reasoning": "hm"},
        {"reasoning": "hm", "reasoning_content": "hm"},
        {"reasoning": "hm", "reasoning_content": None},
        {"reasoning": "", "reasoning_content": "hm"},
        {"reasoning": "hm", "reasoning_details": [{"type": "reasoning.text", "text": "hm"}]},
        {"reasoning_content": [{"type": "text", "text": "hm"}]},
    ],
)
def test_reasoning_under_either_name_or_both_is_said_once(said: dict[str, Any]) -> None:
    assert events_of(delta(content=None, **said)) == [Reasoning("hm", 0)]


def test_reasoning_comes_before_content_of_the_same_chunk() -> None:
    assert events_of(delta(content="yes", reasoning="hm")) == [Reasoning("hm", 0), Content("yes", 0)]


def test_a_refusal_is_an_event_of_its_own() -> None:
    assert events_of(delta(refusal="no")) == [Refusal("no", 0)]


def test_unknown_keys_are_ignored() -> None:
    chunk = {**delta(content="a", blocks=[{"type": "search"}], audio={}), "provider": "x", "timings": {}}
    assert events_of(chunk, {"type": "ping"}, {}, {"choices": None}, {"choices": "x"}, {"choices": [None, 3]}) == [
        Content("a", 0)
    ]


# Usage


def test_usage_on_the_last_chunk_follows_the_finish_reason() -> None:
    last = {**delta(content="", finish="stop"), "usage": {"total_tokens": 3}}
    assert events_of(delta(content="a"), last) == [Content("a", 0), Finish("stop", 0), Usage({"total_tokens": 3})]


@pytest.mark.parametrize(
    "chunk",
    [
        {"id": "c-1", "model": "m-1", "choices": [], "usage": {"total_tokens": 3}},
        {"id": "c-1", "model": "m-1", "usage": {"total_tokens": 3}},
        {"id": "c-1", "model": "m-1", "choices": [{"index": 0, "delta": {}, "usage": {"total_tokens": 3}}]},
        {"id": "c-1", "model": "m-1", "choices": [], "x_groq": {"usage": {"total_tokens": 3}}},
    ],
)
def test_usage_is_found_wherever_a_server_puts_it(chunk: dict[str, Any]) -> None:
    assert events_of(chunk) == [Usage({"total_tokens": 3})]


@pytest.mark.parametrize("usage", [None, {}, [], "x", 3])
def test_no_usage_is_no_event(usage: object) -> None:
    assert events_of({**delta(content="a"), "usage": usage, "x_groq": usage}) == [Content("a", 0)]


# Tool calls


@pytest.mark.parametrize("nothing", [None, ""])
def test_later_empty_or_null_ids_and_names_set_nothing(nothing: str | None) -> None:
    assert events_of(
        call(index=0, id="a", type="function", function=function("f")),
        call(index=0, id=nothing, type=nothing, function=function(nothing, "{}")),
    ) == [ToolCall(0, "a", "f", "", 0), ToolCall(0, None, None, "{}", 0)]


def test_a_fragment_that_says_nothing_is_no_event() -> None:
    assert events_of(call(index=0, id="", function=function()), call(index=0), delta(tool_calls=[None, 1])) == []


def test_parallel_calls_keep_their_indexes() -> None:
    assert events_of(
        call(index=0, id="a", function=function("f")),
        call(index=1, id="b", function=function("g")),
        call(index=0, function=function(None, "{}")),
    ) == [ToolCall(0, "a", "f", "", 0), ToolCall(1, "b", "g", "", 0), ToolCall(0, None, None, "{}", 0)]


def test_whole_calls_without_index_are_told_apart_by_id_and_name() -> None:
    assert events_of(
        delta(tool_calls=[{"id": "a", "function": function("f", "{}")}, {"id": "b", "function": function("f")}]),
        call(function=function(None, "{1}")),
        call(id="a", function=function(None, " ")),
        call(function=function("g", "{2}")),
    ) == [
        ToolCall(0, "a", "f", "{}", 0),
        ToolCall(1, "b", "f", "", 0),
        ToolCall(1, None, None, "{1}", 0),
        ToolCall(0, "a", None, " ", 0),
        ToolCall(2, None, "g", "{2}", 0),
    ]


def test_whole_calls_that_all_have_the_same_index_are_told_apart_by_id() -> None:
    assert events_of(
        call(index=0, id="a", function=function("f", "{1")),
        call(index=0, function=function(None, "}")),
        call(index=0, id="b", function=function("f", "{2")),
        call(index=0, function=function(None, "}")),
    ) == [
        ToolCall(0, "a", "f", "{1", 0),
        ToolCall(0, None, None, "}", 0),
        ToolCall(1, "b", "f", "{2", 0),
        ToolCall(1, None, None, "}", 0),
    ]


def test_a_fresh_id_without_a_name_goes_on_with_its_call() -> None:
    assert events_of(
        call(index=0, id="a", function=function("f", "{")), call(index=0, id="b", function=function(None, "}"))
    ) == [ToolCall(0, "a", "f", "{", 0), ToolCall(0, "b", None, "}", 0)]


def test_arguments_given_as_an_object_are_written_as_json() -> None:
    assert events_of(call(index=0, id="a", function=function("f", {"city": "Zürich"}))) == [
        ToolCall(0, "a", "f", '{"city": "Zürich"}', 0)
    ]


def test_a_legacy_function_call_is_a_tool_call_without_id() -> None:
    assert events_of(
        delta(function_call=function("f")),
        delta(function_call={"arguments": "{}"}),
        delta(function_call=None, finish="function_call"),
    ) == [ToolCall(0, None, "f", "", 0), ToolCall(0, None, None, "{}", 0), Finish("function_call", 0)]


# Choices


def test_choices_are_told_apart() -> None:
    both = {**delta(content="a"), "choices": [delta(0, content="a")["choices"][0], delta(1, content="b")["choices"][0]]}
    assert events_of(both, delta(1, finish="length"), delta(0, finish="stop")) == [
        Content("a", 0),
        Content("b", 1),
        Finish("length", 1),
        Finish("stop", 0),
    ]


@pytest.mark.parametrize("index", [None, "0", -1, True, 0.0])
def test_a_choice_without_a_proper_index_has_that_of_its_place(index: object) -> None:
    chunk = {**delta(), "choices": [{"index": index, "delta": {"content": "a"}}, {"delta": {"content": "b"}}]}
    assert events_of(chunk) == [Content("a", 0), Content("b", 1)]


def test_text_alone_is_content() -> None:
    assert events_of({**delta(), "choices": [{"index": 0, "text": "a", "finish_reason": "stop"}]}) == [
        Content("a", 0),
        Finish("stop", 0),
    ]


def test_text_beside_a_delta_is_said_once() -> None:
    chunk = {**delta(), "choices": [{"index": 0, "text": "a", "delta": {"content": "a"}}]}
    assert events_of(chunk, chunk) == [Content("a", 0), Content("a", 0)]


def test_a_message_beside_a_delta_or_after_deltas_is_not_said_again() -> None:
    beside = {**delta(), "choices": [{"delta": {"content": "a"}, "message": {"content": "a"}}]}
    after = {**delta(), "choices": [{"message": {"content": "aa"}, "finish_reason": "stop"}]}
    nulls = {**delta(), "choices": [{"delta": None, "message": {"content": "aa"}}]}
    empty = {**delta(), "choices": [{"delta": {}, "message": {"content": "aa"}}]}
    assert events_of(beside, beside, after, nulls, empty) == [Content("a", 0), Content("a", 0), Finish("stop", 0)]


def test_a_message_alone_in_a_frame_is_the_answer() -> None:
    chunk = {**delta(), "choices": [{"message": {"content": "all"}, "finish_reason": "stop"}]}
    assert events_of(chunk) == [Content("all", 0), Finish("stop", 0)]


def test_a_message_beside_an_empty_delta_is_said() -> None:
    choice = {"index": 0, "delta": {"role": "assistant"}, "message": {"content": "a"}}
    assert events_of({**delta(), "choices": [choice]}) == [Content("a", 0)]


def test_logprobs_follow_their_content_as_they_are() -> None:
    logprobs = {"content": [{"token": "a", "logprob": -9999.0, "bytes": [97], "top_logprobs": []}]}
    choice = {"index": 0, "delta": {"content": "a"}, "logprobs": logprobs, "finish_reason": None}
    assert events_of({**delta(), "choices": [choice]}) == [Content("a", 0), Logprobs(logprobs, 0)]


# JSON that is odd


def test_numbers_that_are_no_json_count_as_null() -> None:
    usage = '{"id":"c-1","model":"m-1","usage":{"a":NaN,"b":-Infinity,"c":1e999,"d":-1e999,"e":1.5}}'
    assert events_of(usage) == [Usage({"a": None, "b": None, "c": None, "d": None, "e": 1.5})]


def test_of_a_key_that_is_there_twice_the_last_counts() -> None:
    assert events_of('{"id":"c-1","model":"m-1","choices":[{"delta":{"content":"a","content":"b"}}]}') == [
        Content("b", 0)
    ]


@pytest.mark.parametrize("depth", [400, 100_000])
@pytest.mark.parametrize(("opens", "closes"), [("[", "]"), ('{"a":', "}")])
def test_json_nested_too_deeply_is_malformed(depth: int, opens: str, closes: str) -> None:
    deep = opens * depth + "1" + closes * depth
    start, content, fault = decode_pieces([stream(delta(content="a"), f'{{"usage":{{"a":{deep}}}}}').encode()])
    assert (start, content) == (START, Content("a", 0))
    assert isinstance(fault, Malformed)
    assert fault.number == 2
    assert fault.why.endswith("it is nested too deeply")


def test_many_brackets_that_are_not_deep_are_no_fault() -> None:
    text = "[{" * 2000
    assert events_of(delta(content=text)) == [Content(text, 0)]


def test_a_number_of_too_many_digits_is_malformed() -> None:
    events = decode(stream(delta(content="a"), '{"usage": ' + "9" * 5000 + "}"))
    assert isinstance(events[-1], Malformed)
    assert events[-1].why.endswith("it holds a number that is too long")


@pytest.mark.parametrize("data", ["3", "null", '"text"', "[]", "true", "[1, 2]"])
def test_json_that_is_no_object_is_malformed(data: str) -> None:
    assert events_of(delta(content="a"), data, delta(content="b")) == [
        Content("a", 0),
        Malformed(2, "it is JSON, but no object"),
    ]


def test_a_list_of_one_chunk_is_that_chunk() -> None:
    assert events_of([delta(content="a")]) == [Content("a", 0)]


@pytest.mark.parametrize(
    ("choice", "why"),
    [
        ({"delta": {"content": 0}}, "content is a number"),
        ({"delta": {"content": 1.5}}, "content is a number"),
        ({"delta": {"content": False}}, "content is a boolean"),
        ({"delta": "b"}, "delta is a text"),
        ({"delta": 5}, "delta is a number"),
        ({"delta": [1]}, "delta is a list"),
        ({"text": 7}, "text is a number"),
    ],
)
def test_text_of_a_wrong_type_is_malformed_and_not_lost(choice: object, why: str) -> None:
    choices = [{"index": 0, "delta": {"content": "b"}}, choice]
    assert events_of(delta(content="a"), {**delta(), "choices": choices}, delta(content="c")) == [
        Content("a", 0),
        Content("b", 0),
        Malformed(2, why),
    ]


@pytest.mark.parametrize("empty", [None, [], {}, ""])
def test_an_empty_delta_of_whatever_type_says_nothing(empty: object) -> None:
    assert events_of({**delta(), "choices": [{"index": 0, "delta": empty, "finish_reason": "stop"}]}) == [
        Finish("stop", 0)
    ]


def test_trouble_is_not_followed_by_anything() -> None:
    events = events_of(delta(content="a"), {"error": {"message": "no"}}, delta(content="b", finish="stop"), "[DONE]")
    assert events == [Content("a", 0), Trouble("no", "")]
