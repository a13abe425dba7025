"""A short answer on each path, byte for byte."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from typing import Any

import pytest

from dsk.scripted.script import Reply, Script, ToolCall
from dsk.scripted.server import ScriptedServer
from tests.scripted.client import BETA, CHAT, FIM, HI, PLAIN, STREAM, THINKING, Got, ask, get

Serve = Callable[[Script], ScriptedServer]

SHORT = Script(replies=(Reply(text="Grüß Gott", reasoning="Hm."),))
FINGERPRINT = '"system_fingerprint":"fp_scripted_dsk"'
USAGE = (
    '{"prompt_tokens":5,"completion_tokens":2,"total_tokens":7,"prompt_tokens_details":{"cached_tokens":0},'
    '"prompt_cache_hit_tokens":0,"prompt_cache_miss_tokens":5}'
)
THOUGHT_USAGE = (
    '{"prompt_tokens":5,"completion_tokens":4,"total_tokens":9,"prompt_tokens_details":{"cached_tokens":0},'
    '"completion_tokens_details":{"reasoning_tokens":2},"prompt_cache_hit_tokens":0,"prompt_cache_miss_tokens":5}'
)


def identity(got: Got) -> tuple[str, str]:
    """The id and the time of an answer, which no test can know."""
    match = re.search(r'"id":"([0-9a-f-]{36})","object":"[a-z_.]+","created":(\d+),', got.body.decode())
    assert match
    return match[1], match[2]


def chunks(got: Got, deltas: Mapping[str, str], usage: str) -> str:
    """A stream of chat chunks; each delta has its finish reason as JSON. Usage is null on all but the last."""
    name, created = identity(got)
    lines = [
        f'data: {{"id":"{name}","object":"chat.completion.chunk","created":{created},"model":"deepseek-flash",'
        f'{FINGERPRINT},"choices":[{{"index":0,"delta":{delta},"logprobs":null,"finish_reason":{finish}}}]'
        for delta, finish in deltas.items()
    ]
    ends = [usage] * (len(lines) - 1)
    return "".join(f"{line}{end}}}\n\n" for line, end in zip(lines, ends, strict=False)) + f"{lines[-1]}"


@pytest.mark.parametrize("path", [CHAT, "/v1/chat/completions", BETA])
def test_a_stream_without_thinking(serve: Serve, path: str) -> None:
    got = ask(serve(SHORT), STREAM, path)
    deltas = {
        '{"role":"assistant","content":""}': "null",
        '{"content":"Grüß"}': "null",
        '{"content":" Gott"}': "null",
        '{"content":""}': '"stop"',
    }
    assert got.body.decode() == chunks(got, deltas, "") + f',"usage":{USAGE}}}\n\ndata: [DONE]\n\n'
    assert (got.status, got.end) == (200, "whole")
    assert got.headers["content-type"] == "text/event-stream; charset=utf-8"
    assert got.headers["cache-control"] == "no-cache"
    assert got.headers["transfer-encoding"] == "chunked"
    assert re.fullmatch("[0-9a-f]{32}", got.headers["x-ds-trace-id"])


def test_a_stream_with_thinking_and_usage_asked_for(serve: Serve) -> None:
    got = ask(serve(SHORT), {**THINKING, "stream_options": {"include_usage": True}})
    deltas = {
        '{"role":"assistant","content":null,"reasoning_content":""}': "null",
        '{"content":null,"reasoning_content":"Hm"}': "null",
        '{"content":null,"reasoning_content":"."}': "null",
        '{"content":"Grüß","reasoning_content":null}': "null",
        '{"content":" Gott","reasoning_content":null}': "null",
        '{"content":"","reasoning_content":null}': '"stop"',
    }
    start = chunks(got, deltas, ',"usage":null')
    assert got.body.decode() == start + f',"usage":{THOUGHT_USAGE}}}\n\ndata: [DONE]\n\n'


def test_a_whole_answer(serve: Serve) -> None:
    got = ask(serve(SHORT), {**PLAIN, "thinking": None})
    name, created = identity(got)
    assert got.body.decode() == (
        f'{{"id":"{name}","object":"chat.completion","created":{created},"model":"deepseek-flash","choices":['
        '{"index":0,"message":{"role":"assistant","content":"Grüß Gott","reasoning_content":"Hm."},'
        f'"logprobs":null,"finish_reason":"stop"}}],"usage":{THOUGHT_USAGE},{FINGERPRINT}}}'
    )
    assert got.headers["content-type"] == "application/json"
    assert got.headers["content-length"] == str(len(got.body))


def test_a_fim_stream(serve: Serve) -> None:
    got = ask(serve(SHORT), {"model": "deepseek-v4-pro", "prompt": "hi", "stream": True}, FIM)
    name, created = identity(got)
    head = (
        f'data: {{"id":"{name}","object":"text_completion","created":{created},"model":"deepseek-v4-pro",'
        f'{FINGERPRINT},"choices":['
    )
    usage = USAGE.replace(":5,", ":4,").replace(":7,", ":6,").replace(":5}", ":4}")
    assert got.body.decode() == (
        head
        + '{"text":"Grüß","index":0,"logprobs":null,"finish_reason":null}]}\n\n'
        + head
        + '{"text":" Gott","index":0,"logprobs":null,"finish_reason":null}]}\n\n'
        + head
        + f'{{"text":"","index":0,"logprobs":null,"finish_reason":"stop"}}],"usage":{usage}}}\n\n'
        + "data: [DONE]\n\n"
    )


def test_a_whole_fim_answer_with_its_prompt(serve: Serve) -> None:
    got = ask(serve(SHORT), {"model": "deepseek-v4-pro", "prompt": "hi: ", "suffix": "!", "echo": True}, FIM)
    assert got.json["object"] == "text_completion"
    assert got.json["choices"] == [{"text": "hi: Grüß Gott", "index": 0, "logprobs": None, "finish_reason": "stop"}]


@pytest.mark.parametrize("path", ["/models", "/v1/models"])
def test_the_models(serve: Serve, path: str) -> None:
    got = get(serve(SHORT), path)
    assert got.body == (
        b'{"object":"list","data":[{"id":"deepseek-flash","object":"model","owned_by":"deepseek"},'
        b'{"id":"deepseek-v4-pro","object":"model","owned_by":"deepseek"}]}'
    )
    assert (got.status, got.headers["content-type"]) == (200, "application/json")


def test_the_balance(serve: Serve) -> None:
    assert get(serve(SHORT), "/user/balance").body == (
        b'{"is_available":true,"balance_infos":[{"currency":"CNY","total_balance":"110.00",'
        b'"granted_balance":"10.00","topped_up_balance":"100.00"}]}'
    )


def test_tool_calls_are_streamed_in_fragments_after_the_text(serve: Serve) -> None:
    calls = (ToolCall("look", '{"at":"sky"}', "call_x"), ToolCall("wait"))
    got = ask(serve(Script(replies=(Reply(text="Well", tool_calls=calls),))), STREAM)
    fragments = [delta["tool_calls"][0] for delta in got.deltas if "tool_calls" in delta]
    assert [set(delta) for delta in got.deltas] == [
        {"role", "content"},
        {"content"},
        *({"tool_calls"} for _ in fragments),
        {"content"},
    ]
    assert fragments[0] == {
        "index": 0,
        "id": "call_x",
        "type": "function",
        "function": {"name": "look", "arguments": ""},
    }
    later = [fragment for fragment in fragments[1:] if fragment["index"] == 0]
    assert all(set(fragment) == {"index", "function"} for fragment in later)
    assert "".join(fragment["function"]["arguments"] for fragment in later) == '{"at":"sky"}'
    assert re.fullmatch(r"call_01_[0-9A-Za-z]{24}", fragments[-1]["id"])
    assert got.finish == "tool_calls"


def test_tool_calls_of_a_whole_answer(serve: Serve) -> None:
    got = ask(serve(Script(replies=(Reply(tool_calls=(ToolCall("look", "{}", "call_x"),)),))), PLAIN)
    function = {"name": "look", "arguments": "{}"}
    assert got.json["choices"][0]["message"] == {
        "role": "assistant",
        "content": "",
        "tool_calls": [{"index": 0, "id": "call_x", "type": "function", "function": function}],
    }


def test_log_probabilities_belong_to_each_token(serve: Serve) -> None:
    script = Script(replies=(Reply(text="a b", reasoning="c", logprobs=(-0.5, -0.25)),))
    got = ask(serve(script), {**THINKING, "logprobs": True, "top_logprobs": 2})
    found = [chunk["choices"][0]["logprobs"] for chunk in got.parsed]
    assert found[0] is None
    assert found[-1] is None
    assert list(found[1]) == ["reasoning_content"]
    assert list(found[2]) == list(found[3]) == ["content"]
    entry = found[3]["content"][0]
    assert (entry["token"], entry["logprob"], entry["bytes"]) == (" b", -0.25, [32, 98])
    assert next(top["token"] for top in entry["top_logprobs"]) == " b"
    assert len(entry["top_logprobs"]) == 2


def test_log_probabilities_of_a_whole_answer_are_lists(serve: Serve) -> None:
    body = {**PLAIN, "thinking": None, "logprobs": True}
    found = ask(serve(SHORT), body).json["choices"][0]["logprobs"]
    assert [entry["token"] for entry in found["content"]] == ["Grüß", " Gott"]
    assert [entry["token"] for entry in found["reasoning_content"]] == ["Hm", "."]
    assert found["content"][0]["top_logprobs"] == []


def test_log_probabilities_of_fim_count_characters(serve: Serve) -> None:
    body = {"model": "deepseek-v4-pro", "prompt": "hi", "logprobs": 1}
    assert ask(serve(SHORT), body, FIM).json["choices"][0]["logprobs"] == {
        "text_offset": [0, 4],
        "token_logprobs": [-0.01, -0.01],
        "tokens": ["Grüß", " Gott"],
        "top_logprobs": [{"Grüß": -0.01}, {" Gott": -0.01}],
    }


def test_the_same_request_gets_the_same_bytes(serve: Serve) -> None:
    server = serve(Script())
    first = ask(server, THINKING)
    assert ask(server, THINKING).body == first.body
    assert ask(server, json.dumps(THINKING, indent=1).encode()).body == first.body
    assert ask(server, {**THINKING, "messages": [{**HI, "content": "ho"}]}).body != first.body


def test_usage_can_be_scripted(serve: Serve) -> None:
    script = Script(replies=(Reply(text="a", usage={"prompt_cache_hit_tokens": 3, "extra": 1}),))
    usage: Any = ask(serve(script), PLAIN).json["usage"]
    assert (usage["prompt_cache_hit_tokens"], usage["extra"], usage["completion_tokens"]) == (3, 1, 1)


def test_a_recording_is_served_as_it_is_and_frame_by_frame(serve: Serve) -> None:
    recording = b': hello\n\ndata: {"a":1}\n\r\ndata:x\r\n\r\ndata: [DONE]\n\ndata: no end'
    server = serve(Script(replies=(Reply(recording=recording),), pace=1000))
    got = ask(server, STREAM)
    assert got.body == recording
    assert len(got.chunks) > 1
    assert ask(server, PLAIN).body == recording
