"""What a request may ask for, and what is answered to one that may not."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable
from typing import Any

import pytest

from dsk.scripted import schema
from dsk.scripted.endpoint import Endpoint
from dsk.scripted.responses import HeaderMap, Request
from dsk.scripted.script import Reply, Script
from dsk.scripted.server import ScriptedServer
from tests.scripted.client import BETA, CHAT, FIM, HI, PLAIN, STREAM, THINKING, Client, ask, get

Serve = Callable[[Script], ScriptedServer]

TOOL = {"type": "function", "function": {"name": "look"}}
SAID = {"role": "assistant", "content": "a"}


@pytest.fixture
def server(serve: Serve) -> ScriptedServer:
    return serve(Script(replies=(Reply(text="one two three", reasoning="hm hm"),)))


REFUSED: dict[str, tuple[dict[str, Any], str]] = {
    "no messages": ({"messages": []}, "Empty input messages"),
    "stream options alone": (
        {"stream_options": {"include_usage": True}},
        "stream_options should be set along with stream = true",
    ),
    "top log probabilities alone": ({"top_logprobs": 2}, "logprobs must be set to true if top_logprobs is used"),
    "too many log probabilities": (
        {"logprobs": True, "top_logprobs": 21},
        "Invalid top_logprobs value, the valid range of top_logprobs is [0, 20]",
    ),
    "no tokens": ({"max_tokens": 0}, "Invalid max_tokens value, the valid range of max_tokens is [1, 393216]"),
    "too many tokens": (
        {"max_tokens": 393217},
        "Invalid max_tokens value, the valid range of max_tokens is [1, 393216]",
    ),
    "too hot": ({"temperature": 2.1}, "Invalid temperature value, the valid range of temperature is [0, 2]"),
    "too many stops": ({"stop": ["a"] * 17}, "Invalid stop value, at most 16 stop sequences are allowed"),
    "a schema": (
        {"response_format": {"type": "json_schema"}},
        "This response_format type is unavailable now",
    ),
    "a forced tool while thinking": (
        {"thinking": {"type": "enabled"}, "tools": [TOOL], "tool_choice": "required"},
        "Thinking mode does not support this tool_choice",
    ),
    "a named tool while thinking": (
        {"thinking": None, "tools": [TOOL], "tool_choice": TOOL},
        "Thinking mode does not support this tool_choice",
    ),
    "a call of what is not there": (
        {"tools": [TOOL], "tool_choice": {"type": "function", "function": {"name": "listen"}}},
        "Invalid tool_choice: the function is not among the tools",
    ),
    "a strict tool": (
        {"tools": [{"type": "function", "function": {"name": "look", "strict": True}}]},
        "The strict parameter is a beta feature: use the base URL that ends in /beta",
    ),
    "too many tools": ({"tools": [TOOL] * 129}, "Invalid tools value, at most 128 tools are allowed"),
    "reasoning not passed back": (
        {"thinking": None, "tools": [TOOL], "messages": [HI, SAID, HI]},
        "The `reasoning_content` in the thinking mode must be passed back to the API.",
    ),
}


@pytest.mark.parametrize("name", REFUSED)
def test_a_broken_rule_is_a_400_whose_type_is_not_said(server: ScriptedServer, name: str) -> None:
    change, message = REFUSED[name]
    got = ask(server, {**PLAIN, **change})
    assert got.status == 400
    assert got.headers["content-type"] == "application/octet-stream"
    kind = "invalid_request_error"
    assert got.json == {"error": {"message": message, "type": kind, "param": None, "code": kind}}


OBJECT = {"type": "object", "additionalProperties": False}
ONE = OBJECT | {"required": ["a"]}
UNSOUND: dict[str, tuple[Any, str]] = {
    "no object": ({"type": "string"}, "look: parameters must be an object"),
    "no schema": (ONE | {"properties": {"a": True}}, "look.a: not a schema"),
    "open": ({"type": "object", "properties": {}}, "look: additionalProperties must be false"),
    "optional": (OBJECT | {"properties": {"a": {"type": "string"}}}, "look: all properties must be required"),
    "a length": (ONE | {"properties": {"a": {"minLength": 1}}}, "look.a: minLength is not supported"),
    "null": (
        ONE | {"properties": {"a": {"type": "array", "items": {"anyOf": [{"type": "null"}]}}}},
        "look.a.items.0: type null is not supported",
    ),
    "a format": (ONE | {"properties": {"a": {"format": "date"}}}, "look.a: format date is not supported"),
}


@pytest.mark.parametrize("name", UNSOUND)
def test_a_strict_function_has_rules_of_its_own(server: ScriptedServer, name: str) -> None:
    parameters, message = UNSOUND[name]
    tool = {"type": "function", "function": {"name": "look", "strict": True, "parameters": parameters}}
    got = ask(server, {**PLAIN, "tools": [tool]}, path=BETA)
    assert (got.status, got.json["error"]["message"]) == (400, f"Invalid schema for function: {message}")
    got = ask(server, {**PLAIN, "tools": [tool, TOOL]}, path=BETA)
    assert got.json["error"]["message"] == "Invalid tools value, strict must be set on every function"


MISFITS: dict[str, tuple[Any, str]] = {
    "no messages": ({"model": "m"}, "missing field `messages`"),
    "no model": ({"messages": []}, "missing field `model`"),
    "not an object": ([1], "invalid type: sequence, expected a map"),
    "a wrong type": (
        {**PLAIN, "stream": "yes"},
        'stream: invalid type: string "yes", expected a boolean',
    ),
    "a wrong number": ({**PLAIN, "max_tokens": -1}, "max_tokens: invalid type: integer `-1`, expected u32"),
    "a wrong effort": (
        {**PLAIN, "reasoning_effort": "hihg"},
        (
            "reasoning_effort: unknown variant `hihg`, expected one of `none`, `low`, `high`, `max`, `minimal`, "
            "`medium`, `xhigh`, `ultra`"
        ),
    ),
    "a wrong role": (
        {**PLAIN, "messages": [HI, {"role": "developer", "content": ""}]},
        (
            "messages[1].role: unknown variant `developer`, expected one of `system`, `user`, `assistant`, `tool`, "
            "`latest_reminder`"
        ),
    ),
    "a message without content": (
        {**PLAIN, "messages": [{"role": "user"}]},
        "messages[0]: missing field `content`",
    ),
    "a message that is none": ({**PLAIN, "messages": [1]}, "messages[0]: invalid type: integer `1`, expected a map"),
    "thinking that is none": (
        {**PLAIN, "thinking": {"type": "maybe"}},
        "thinking.type: unknown variant `maybe`, expected one of `enabled`, `disabled`",
    ),
    "thinking without a type": ({**PLAIN, "thinking": {}}, "thinking: missing field `type`"),
}


@pytest.mark.parametrize("name", MISFITS)
def test_a_body_of_another_shape_is_a_422_in_plain_text(server: ScriptedServer, name: str) -> None:
    body, why = MISFITS[name]
    data = json.dumps(body).encode()
    got = ask(server, data)
    assert got.status == 422
    assert got.headers["content-type"] == "text/plain; charset=utf-8"
    assert got.body.decode() == (
        f"Failed to deserialize the JSON body into the target type: {why} at line 1 column {len(data)}"
    )


@pytest.mark.parametrize("body", [b"", b"{", b"\xff", b'{"a":"\\ud800"}', b"[" * 100_000])
def test_a_body_that_is_not_json_is_a_400(server: ScriptedServer, body: bytes) -> None:
    got = ask(server, body)
    assert got.status == 400
    assert got.json["error"]["message"].startswith("Failed to parse the request body as JSON: ")


ODD: list[Any] = [
    *(None, True, 0, -1, 2**64, 10**400, 1.5, float("nan"), float("inf"), "", "x", "\ud800"),
    *([], [None], [5], ["x"] * 20, {}, {"type": 5}, {"type": []}, {"type": None}, {"include_usage": [1]}),
    [{"role": "user", "content": [5, {"type": "text", "text": 5}, {"text": "a"}]}],
    [{"role": "assistant", "content": "a", "prefix": True, "reasoning_content": 5}],
    [{"role": [], "content": "x"}],
]


@pytest.mark.parametrize("path", [CHAT, BETA, FIM])
def test_a_field_of_any_value_is_answered_or_refused(path: str) -> None:
    endpoint = Endpoint(Script(replies=(Reply(echo=True, reasoning="hm"),)), 0)
    whole: dict[str, Any] = {"model": "m", "prompt": "a", "messages": [HI]}
    for name in [*schema.CHAT, *schema.FIM, "n"]:
        for value in ODD:
            body = json.dumps(whole | {name: value}).encode()
            response = endpoint.respond(Request("POST", path, HeaderMap(), body))
            assert response.status in (200, 400, 422)
            assert b"".join(frame.data for frame in response.frames)


@pytest.mark.parametrize("value", ["9" * 5000, "[" * 900 + "]" * 900, "[" * 100_000, "1e999"], ids=lambda v: v[:3])
def test_json_that_is_too_large_or_too_deep_is_refused(server: ScriptedServer, value: str) -> None:
    body = f'{{"model": "m", "messages": [{{"role": "user", "content": "hi"}}], "max_tokens": {value}}}'
    assert ask(server, body.encode()).status in (400, 422)


def test_an_assistant_message_may_have_no_content(server: ScriptedServer) -> None:
    assert ask(server, {**PLAIN, "messages": [HI, {"role": "assistant", "content": None}, HI]}).status == 200


def test_reasoning_that_is_passed_back_is_accepted_even_if_it_is_empty(server: ScriptedServer) -> None:
    said = {**SAID, "reasoning_content": ""}
    assert ask(server, {**THINKING, "tools": [TOOL], "messages": [HI, said, HI]}).status == 200


@pytest.mark.parametrize(
    ("fields", "thinks"),
    [
        ({}, True),
        ({"reasoning_effort": "none"}, False),
        ({"reasoning_effort": "minimal"}, True),
        ({"thinking": {"type": "disabled"}, "reasoning_effort": "high"}, False),
        ({"thinking": {"type": "enabled"}, "reasoning_effort": "none"}, True),
        ({"model": "deepseek-chat"}, False),
        ({"model": "deepseek-reasoner"}, True),
    ],
)
def test_thinking_is_on_unless_it_is_turned_off(server: ScriptedServer, fields: dict[str, Any], thinks: bool) -> None:
    got = ask(server, {**THINKING, **fields})
    assert (got.reasoning, got.text) == ("hm hm" if thinks else "", "one two three")


@pytest.mark.parametrize(
    ("asked", "answers"),
    [
        ("deepseek-flash", "deepseek-flash"),
        ("deepseek-v4-pro", "deepseek-v4-pro"),
        ("deepseek-v4-flash", "deepseek-flash"),
        ("deepseek-v4-flash-vision-exp", "deepseek-flash"),
        ("gpt-x", "gpt-x"),
    ],
)
def test_any_model_answers_and_an_alias_under_its_real_name(server: ScriptedServer, asked: str, answers: str) -> None:
    assert ask(server, {**PLAIN, "model": asked}).json["model"] == answers


def test_a_strict_server_refuses_models_that_deepseek_does_not_have(serve: Serve) -> None:
    server = serve(Script(strict=True))
    for model in ("gpt-x", "deepseek-chat", "deepseek-v4.1-flash"):
        got = ask(server, {**PLAIN, "model": model})
        assert got.status == 400
        assert got.json["error"]["message"] == (
            f"The supported API model names are deepseek-flash, deepseek-v4-pro, but you passed {model}."
        )
    assert ask(server, {**PLAIN, "model": "deepseek-v4-flash"}).status == 200


def test_a_token_limit_cuts_the_answer_reasoning_included(server: ScriptedServer) -> None:
    got = ask(server, {**THINKING, "max_tokens": 3})
    assert (got.reasoning, got.text, got.finish) == ("hm hm", "one", "length")
    assert got.parsed[-1]["usage"]["completion_tokens"] == 3
    assert ask(server, {**THINKING, "max_tokens": 1}).parsed[-1]["usage"]["completion_tokens_details"] == {
        "reasoning_tokens": 1
    }
    assert ask(server, {**THINKING, "max_tokens": 5}).finish == "stop"


@pytest.mark.parametrize(("stop", "text"), [("two", "one "), (["three", " t"], "one"), ("none", "one two three")])
def test_a_stop_sequence_ends_the_answer_and_is_not_part_of_it(server: ScriptedServer, stop: Any, text: str) -> None:
    got = ask(server, {**STREAM, "stop": stop})
    assert (got.text, got.finish) == (text, "stop")


def test_json_mode_answers_with_json(serve: Serve) -> None:
    got = ask(serve(Script()), {**STREAM, "response_format": {"type": "json_object"}})
    assert set(json.loads(got.text)) == {"title", "paragraphs"}


def test_whoever_wants_a_code_block_gets_the_story_as_a_program(serve: Serve) -> None:
    got = ask(serve(Script()), {**STREAM, "messages": [{"role": "user", "content": "A story in a Code block"}]})
    program = got.text.split('```python title="story.py"\n')[1].split("```\n")[0]
    told = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True).stdout
    assert len(told.split()) > 50


def test_an_echo_is_the_last_user_message_and_its_text_parts(serve: Serve) -> None:
    server = serve(Script(replies=(Reply(echo=True),)))
    parts = {"role": "user", "content": [{"type": "text", "text": "a"}, {"type": "image_url"}]}
    assert ask(server, {**STREAM, "messages": [HI, SAID]}).text == "hi"
    assert ask(server, {**STREAM, "messages": [HI, parts]}).text == "a"


def prefixed(prefix: str, **more: Any) -> dict[str, Any]:
    last = {"role": "assistant", "content": prefix, "prefix": True, **more}
    return {**STREAM, "messages": [HI, last]}


def test_a_prefix_completion_goes_on_after_the_prefix(server: ScriptedServer) -> None:
    assert ask(server, prefixed("one t"), BETA).text == "wo three"
    assert ask(server, prefixed("one two three"), BETA).text == ""
    assert ask(server, prefixed("Something else: "), BETA).text == "one two three"


def test_an_answer_that_has_begun_is_not_thought_about_again(server: ScriptedServer) -> None:
    body = prefixed("one", reasoning_content="hm hm") | {"thinking": {"type": "enabled"}}
    got = ask(server, body, BETA)
    assert (got.reasoning, got.text) == ("", " two three")


def test_reasoning_that_has_begun_goes_on(server: ScriptedServer) -> None:
    body = prefixed("", reasoning_content="hm") | {"thinking": {"type": "enabled"}}
    got = ask(server, body, BETA)
    assert (got.reasoning, got.text) == (" hm", "one two three")


@pytest.mark.parametrize("path", [CHAT, "/v1/chat/completions"])
def test_a_prefix_is_refused_outside_of_beta(server: ScriptedServer, path: str) -> None:
    got = ask(server, prefixed("one"), path)
    assert got.status == 400
    assert "/beta" in got.json["error"]["message"]


def test_a_prefix_is_refused_anywhere_but_in_the_last_message_of_the_assistant(server: ScriptedServer) -> None:
    for messages in ([HI, {**SAID, "prefix": True}, HI], [{**HI, "prefix": True}]):
        got = ask(server, {**STREAM, "messages": messages}, BETA)
        assert got.status == 400
        assert "last message" in got.json["error"]["message"]


def test_a_request_that_goes_on_gets_the_reply_of_its_question_again(serve: Serve) -> None:
    server = serve(Script(replies=tuple(Reply(text=text) for text in ("a b", "c d", "e f"))))
    first, second = ([{**HI, "content": text}] for text in ("first", "second"))
    assert ask(server, {**STREAM, "messages": first}).text == "a b"
    assert ask(server, {**STREAM, "messages": second}).text == "c d"
    prefix = {**SAID, "prefix": True}
    assert ask(server, {**STREAM, "messages": [*first, prefix]}, BETA).text == " b"
    assert [ask(server, STREAM).text for _ in range(2)] == ["e f", "e f"]


def test_fim_takes_no_more_than_4096_tokens(server: ScriptedServer) -> None:
    body = {"model": "deepseek-v4-pro", "prompt": "a"}
    assert ask(server, {**body, "max_tokens": 4096}, FIM).status == 200
    assert ask(server, {**body, "max_tokens": 4097}, FIM).status == 400
    assert ask(server, {"model": "deepseek-v4-pro"}, FIM).status == 422
    assert ask(server, {**body, "logprobs": 21}, FIM).status == 400


@pytest.mark.parametrize("path", ["/", "/chat", "/v1", "/beta/models", "/chat/completions/"])
def test_another_path_is_404(server: ScriptedServer, path: str) -> None:
    got = ask(server, PLAIN, path)
    assert (got.status, got.json["error"]["message"]) == (404, "Not Found")


def test_another_method_is_405(server: ScriptedServer) -> None:
    assert get(server, CHAT).status == 405
    assert ask(server, b"", "/models").status == 405


def test_a_query_is_not_part_of_the_path(server: ScriptedServer) -> None:
    assert ask(server, PLAIN, f"{CHAT}?a=b").status == 200


def test_nothing_is_outside_of_the_base_path(serve: Serve) -> None:
    server = serve(Script(base_path="/v1"))
    assert [ask(server, PLAIN, path).status for path in (CHAT, "/v1/chat/completions", "/v1/v1/models")] == [
        404,
        200,
        405,
    ]


def test_a_key_can_be_required(serve: Serve) -> None:
    server = serve(Script(require_key=True))
    got = ask(server, PLAIN)
    assert got.status == 401
    assert got.headers["content-type"] == "application/json"
    assert got.json["error"]["type"] == "authentication_error"
    assert get(server, "/models", {"Authorization": "Basic x"}).status == 401
    assert get(server, "/models", {"authorization": "bearer sk-x"}).status == 200


def test_a_reply_can_be_an_error_with_headers_and_a_body_of_its_own(serve: Serve) -> None:
    own = Reply(status=418, body=b"teapot", headers=(("Retry-After", "7"), ("content-type", "a/b")))
    server = serve(Script(replies=(Reply(status=503), own, Reply(body=b"{}"))))
    assert ask(server, PLAIN).json["error"]["code"] == "service_unavailable_error"
    got = ask(server, PLAIN)
    assert (got.status, got.body, got.headers["retry-after"], got.headers["content-type"]) == (
        418,
        b"teapot",
        "7",
        "a/b",
    )
    got = ask(server, PLAIN)
    assert (got.status, got.body, got.headers["content-type"]) == (200, b"{}", "application/json")


def test_what_was_asked_is_on_record(server: ScriptedServer) -> None:
    with Client(server) as client:
        client.ask(CHAT, PLAIN, {"X-Test": "a"})
        client.receive()
    (seen,) = server.requests
    assert (seen.method, seen.path, seen.json, seen.status) == ("POST", CHAT, PLAIN, 200)
    assert (seen.headers["x-test"], seen.headers["X-TEST"], seen.headers.get("y")) == ("a", "a", None)
    assert "X-Test" in list(seen.headers)
