"""Errors on a 200: found in every shape, after the good content of their frame."""

from __future__ import annotations

from typing import Any

import pytest

from dsk.stream.events import Content, Event, Finish, Malformed, Start, Trouble, Usage
from tests.stream.ways import decode, delta, stream

START = Start("c-1", "m-1")


def last_of(data: str) -> Event:
    return decode(data)[-1]


SHAPES: list[tuple[dict[str, Any], Trouble]] = [
    ({"error": {"message": "no", "type": "t", "code": "c"}}, Trouble("no", "t")),
    ({"error": {"message": "no", "type": None, "param": None, "code": 502}}, Trouble("no", "502")),
    ({"error": {"message": {"detail": "no"}}}, Trouble("no", "")),
    ({"error": {"error": {"message": "no"}}}, Trouble("no", "")),
    ({"error": {"code": 500}}, Trouble('{"code":500}', "500")),
    ({"error": "no"}, Trouble("no", "")),
    ({"error": "no", "code": 500}, Trouble("no", "500")),
    ({"error": "Bad Gateway", "message": "no", "statusCode": 502}, Trouble("no", "Bad Gateway")),
    ({"error": True, "message": "no"}, Trouble("no", "")),
    ({"error": {}}, Trouble("the server gave no reason", "")),
    ({"error": [{"message": "no"}]}, Trouble("no", "")),
    ({"error": ["a", "b"]}, Trouble('["a","b"]', "")),
    ({"type": "error", "error": {"type": "overloaded_error", "message": "no"}}, Trouble("no", "overloaded_error")),
    ({"object": "error", "message": "no", "type": "BadRequestError", "code": 400}, Trouble("no", "BadRequestError")),
    ({"object": "error", "message": "no"}, Trouble("no", "")),
    ({"code": "InvalidApiKey", "message": "no", "request_id": "r"}, Trouble("no", "InvalidApiKey")),
    ({"detail": "no"}, Trouble("no", "")),
    ({"detail": [{"loc": ["body"], "msg": "no", "type": "missing"}]}, Trouble("no", "")),
    ({"success": False, "errors": [{"code": 7, "message": "no"}]}, Trouble("no", "7")),
]


@pytest.mark.parametrize(("chunk", "trouble"), SHAPES, ids=[str(chunk) for chunk, _ in SHAPES])
def test_an_error_is_found_in_a_frame_and_in_a_body_of_any_shape(chunk: dict[str, Any], trouble: Trouble) -> None:
    assert decode(stream(delta(content="a"), chunk)) == [START, Content("a", 0), trouble]
    assert decode(stream(chunk).removeprefix("data: ")) == [trouble]


@pytest.mark.parametrize(
    "chunk",
    [
        {**delta(content="a"), "error": None},
        {**delta(content="a"), "error": {}},
        {**delta(content="a"), "error": False},
        {**delta(content="a"), "message": "ok", "code": 0, "detail": "x"},
        {"id": "c-1", "model": "m-1", "error": None, "choices": []},
        {"id": "c-1", "model": "m-1", "code": 0, "message": "ok"},
    ],
)
def test_what_only_looks_like_an_error_is_none(chunk: dict[str, Any]) -> None:
    assert not any(isinstance(event, Trouble) for event in decode(stream(chunk)))


def test_content_finish_and_usage_of_an_error_frame_come_before_the_trouble() -> None:
    chunk = {**delta(content="a", finish="error"), "usage": {"total_tokens": 1}, "error": {"message": "no"}}
    assert decode(stream(chunk, "[DONE]")) == [
        START,
        Content("a", 0),
        Finish("error", 0),
        Usage({"total_tokens": 1}),
        Trouble("no", ""),
    ]


def test_an_error_inside_a_choice_is_trouble() -> None:
    chunk = delta(content="a", finish="error")
    chunk["choices"][0]["error"] = {"code": 502, "message": "no"}
    assert decode(stream(chunk)) == [START, Content("a", 0), Finish("error", 0), Trouble("no", "502")]


@pytest.mark.parametrize(
    ("data", "trouble"),
    [
        ('{"error": {"message": "no", "code": 3}}', Trouble("no", "3")),
        ('{"message": "no", "type": "t"}', Trouble("no", "t")),
        ('"no"', Trouble("no", "")),
        ("no", Trouble("no", "")),
        ("[3]", Trouble("3", "")),
        ("", Trouble("the server gave no reason", "")),
        ("{}", Trouble("the server gave no reason", "")),
        ('{"choices": []}', Trouble("the server gave no reason", "")),
    ],
)
def test_an_event_named_error_is_trouble_whatever_it_holds(data: str, trouble: Trouble) -> None:
    assert last_of(stream(delta(content="a")) + f"event: error\ndata: {data}\n\n") == trouble


def test_an_event_named_error_gives_its_content_first() -> None:
    body = stream(delta(content="a")) + "event: error\n" + stream({**delta(content="b"), "error": "no"})
    assert decode(body) == [START, Content("a", 0), Content("b", 0), Trouble("no", "")]


@pytest.mark.parametrize("line", ['error: {"error": {"message": "no"}}', 'error: {"message": "no"}', "error: no"])
def test_an_error_field_as_llama_cpp_sends_it_is_trouble(line: str) -> None:
    assert decode(stream(delta(content="a")) + line + "\n\n") == [START, Content("a", 0), Trouble("no", "")]


def test_an_error_body_put_after_the_frames_is_trouble() -> None:
    body = stream(delta(content="a")) + '{"error":{"message":"no"}}'
    assert decode(body) == [START, Content("a", 0), Trouble("no", "")]


def test_an_event_with_a_foreign_name_and_no_chunk_is_ignored() -> None:
    body = "event: ping\ndata: 12:00\n\nevent: close\ndata: 3\n\nevent: x\ndata\n\n" + stream(delta(content="a"))
    assert decode(body) == [START, Content("a", 0)]


def test_a_chunk_under_a_foreign_name_is_read() -> None:
    assert decode("event: completion\n" + stream(delta(content="a"))) == [START, Content("a", 0)]


def test_a_frame_that_is_not_json_is_malformed_with_number_text_and_reason() -> None:
    body = ": c\n\ndata\n\n" + stream(delta(content="a"), "oops " + "x" * 100, delta(content="b"))
    *_, content, fault = decode(body)
    assert content == Content("a", 0)
    excerpt = "oops " + "x" * 55 + "..."
    assert fault == Malformed(3, f"'{excerpt}' is not JSON: expecting value at character 1")


@pytest.mark.parametrize("data", ['{"a": 1} x', '{"a": 1}{"b": 2}', '{"a": 1}\ndata: {"b"', "{\ndata: oops\ndata: }"])
def test_json_with_something_after_it_or_broken_over_lines_is_malformed(data: str) -> None:
    assert isinstance(last_of(stream(data, delta(content="b"))), Malformed)
