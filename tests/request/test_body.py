"""The body holds what was asked for, and nothing else."""

from __future__ import annotations

import json
from typing import Any

import pytest

from dsk.errors import UsageFault
from dsk.request.body import build, encode
from dsk.request.fields import parse_field
from dsk.request.options import RequestOptions

MESSAGES = [{"role": "user", "content": "hi"}]


def body(*, is_deepseek: bool = True, usage: bool = False, **options: Any) -> dict[str, Any]:
    return build(MESSAGES, RequestOptions(model="m", **options), is_deepseek=is_deepseek, usage=usage).fields


def warnings(**options: Any) -> list[str]:
    return build(MESSAGES, RequestOptions(model="m", **options), is_deepseek=True, usage=False).warnings


def test_nothing_that_was_not_asked_for_is_sent() -> None:
    assert body() == {"model": "m", "messages": MESSAGES, "stream": True}


@pytest.mark.parametrize(
    ("options", "fields"),
    [
        ({"think": True}, {"thinking": {"type": "enabled"}}),
        ({"think": False}, {"thinking": {"type": "disabled"}}),
        ({"effort": "max"}, {"thinking": {"type": "enabled"}, "reasoning_effort": "max"}),
        ({"effort": "none"}, {"thinking": {"type": "disabled"}}),
        ({"think": True, "temperature": 0.0}, {"thinking": {"type": "enabled"}, "temperature": 0.0}),
        ({"top_p": 0.5}, {"top_p": 0.5}),
        ({"max_tokens": 7}, {"max_tokens": 7}),
        ({"stop": ("a", "b")}, {"stop": ["a", "b"]}),
        ({"json_mode": True}, {"response_format": {"type": "json_object"}}),
        ({"logprobs": 0}, {"logprobs": True, "top_logprobs": 0}),
        ({"user_id": "u"}, {"user_id": "u"}),
        ({"set": ("seed:=7", "name=7")}, {"seed": 7, "name": "7"}),
        ({"set": ("temperature:=1", "temperature:=2")}, {"temperature": 2}),
        ({"stream": False}, {"stream": False}),
    ],
)
def test_each_option_is_its_field(options: dict[str, Any], fields: dict[str, Any]) -> None:
    assert body(**options) == {"model": "m", "messages": MESSAGES, "stream": True} | fields


def test_usage_is_asked_of_other_servers_only_and_only_of_a_stream() -> None:
    assert body(is_deepseek=False, usage=True)["stream_options"] == {"include_usage": True}
    assert "stream_options" not in body(is_deepseek=True, usage=True)
    assert "stream_options" not in body(is_deepseek=False, usage=True, stream=False)
    assert "stream_options" not in body(is_deepseek=False, usage=False)


def test_thinking_and_no_effort_contradict_each_other() -> None:
    for think, effort in ((True, "none"), (False, "high")):
        with pytest.raises(UsageFault):
            body(think=think, effort=effort)


@pytest.mark.parametrize(
    ("options", "start"),
    [
        ({"think": True, "temperature": 1.0}, "temperature has no effect"),
        ({"think": False, "top_p": 0.9}, "top_p has no effect"),
        ({"set": ("reasoning_effort=none",), "top_p": 0.9}, "top_p has no effect"),
        ({"think": True, "top_p": 0.5}, "top_p 0.5 is taken as 0.95 while the model thinks"),
        ({"max_tokens": 393_217}, "max_tokens 393217 is refused by DeepSeek"),
        ({"set": ("seed:=1",)}, "seed has no effect: DeepSeek does not know it"),
        ({"think": True, "set": ("tool_choice=required",)}, "tool_choice required is refused"),
        ({"set": ('tool_choice:={"type":"function"}',)}, "tool_choice of one function is refused"),
        ({"set": ("top_logprobs:=1",)}, "top_logprobs is refused by DeepSeek without logprobs"),
        ({"stream": False, "set": ("stream_options:={}",)}, "stream_options is refused"),
        ({"effort": "high", "set": ('thinking:={"type": "disabled"}',)}, "--effort has no effect"),
        ({"set": ("presence_penalty:=1",)}, "presence_penalty has no effect"),
        ({"json_mode": True}, "no message mentions JSON"),
        ({"think": False, "set": ("reasoning_effort=low",)}, "reasoning_effort has no effect while thinking is off"),
        ({"user_id": "a b"}, "user_id is to be of letters, digits, _ and - at DeepSeek"),
        ({"user_id": "a" * 513}, f"user_id '{'a' * 39}... is refused by DeepSeek, which takes a text of up to 512"),
        *(
            ({"set": (field,)}, f"{name} {shown} is refused by DeepSeek, which takes {words}")
            for field, name, shown, words in (
                ("model:=5", "model", "5", "a text"),
                ("max_tokens:=1.5", "max_tokens", "1.5", "a whole number, at least 1"),
                ("max_tokens:=true", "max_tokens", "True", "a whole number, at least 1"),
                ("stop:=[1]", "stop", "[1]", "a text or a list of up to 16 texts"),
                ("stream=yes", "stream", "'yes'", "true or false"),
                ("logprobs:=1", "logprobs", "1", "true or false"),
                ("reasoning_effort=hihg", "reasoning_effort", "'hihg'", "none, low, high or max"),
                ("thinking:=true", "thinking", "True", '{"type": "enabled"}'),
                ('response_format:={"type":"json"}', "response_format", "{'type': 'json'}", '{"type": "text"}'),
                ("tools:={}", "tools", "{}", "a list of up to 128 tools"),
                ("tool_choice=any", "tool_choice", "'any'", "none, auto, required or a function"),
                ('safety_check:={"level":"medium"}', "safety_check", "{'level': 'medium'}", '{"level": "low"}'),
            )
        ),
        (
            {"think": False, "set": ("temperature:=2.1",)},
            "temperature 2.1 is refused by DeepSeek, which takes a number",
        ),
        ({"logprobs": 3, "set": ("top_logprobs:=21",)}, "top_logprobs 21 is refused by DeepSeek"),
        ({"set": ("max_tokens=5",)}, '--set max_tokens=5 sends the text "5"'),
    ],
)
def test_what_the_mode_ignores_is_warned_of(options: dict[str, Any], start: str) -> None:
    assert [w[: len(start)] for w in warnings(**options)] == [start]


@pytest.mark.parametrize(
    "options",
    [
        {"think": True, "top_p": 0.95, "logprobs": 3, "max_tokens": 393_216},
        {"think": False, "temperature": 0.5, "set": ("tool_choice=required",)},
        {"think": True, "set": ("tool_choice=auto", 'stream_options:={"include_usage":true}')},
        {"user_id": "team-7_A", "set": ("reasoning_effort=xhigh", "stop=a", 'safety_check:={"level":"high"}')},
        {"think": False, "set": ("temperature:=2", "user_id:=null", 'response_format:={"type":"text"}', "new=x")},
    ],
)
def test_what_the_mode_takes_is_not_warned_of(options: dict[str, Any]) -> None:
    assert warnings(**options) == []


def test_other_servers_are_not_warned_of() -> None:
    options = RequestOptions(model="m", think=True, temperature=1.0)
    assert build(MESSAGES, options, is_deepseek=False, usage=False).warnings == []


@pytest.mark.parametrize(
    ("text", "field"),
    [
        ("a=b", ("a", "b")),
        ("a=", ("a", "")),
        ("a=b=c", ("a", "b=c")),
        ("a=x:=1", ("a", "x:=1")),
        ("a:=[1, 2]", ("a", [1, 2])),
        ('a:="x=y"', ("a", "x=y")),
        ("a:=null", ("a", None)),
    ],
)
def test_set_takes_a_text_or_json(text: str, field: tuple[str, Any]) -> None:
    assert parse_field(text) == field


@pytest.mark.parametrize(
    "text",
    [
        *("a", "=b", ":=1", "a:=", "a:={", "a:=NaN", 'a:="\\ud800"', "messages:=[]", "a:=" + "[" * 100_000),
        *("a:=1e999", "a:=[-1e999]", "a:=-Infinity", "a:=" + "9" * 5000, 'a:={"x":1,"x":2}'),
    ],
    ids=lambda text: text[:12],
)
def test_set_refuses_what_cannot_be_sent(text: str) -> None:
    with pytest.raises(UsageFault) as caught:
        parse_field(text)
    assert "--set" in caught.value.what
    assert len(caught.value.message) < 500
    assert "sys." not in caught.value.message
    assert "recursion" not in caught.value.message


@pytest.mark.parametrize("value", ["5", "[]", "null", '"disabled"', '{"type": []}', "true"])
def test_warnings_bear_any_value_of_a_field(value: str) -> None:
    names = ("thinking", "model", "stop", "temperature", "response_format", "stream")
    assert isinstance(warnings(json_mode=True, set=tuple(f"{name}:={value}" for name in names)), list)


@pytest.mark.parametrize(
    ("options", "field"),
    [
        ({"user_id": "a\udcff"}, "user_id"),
        ({"stop": ("a", "\udcff")}, "stop"),
        ({"set": ("a=\udcff",)}, "a"),
        ({"set": ("\udcff=a",)}, "\\udcff"),
        ({"set": ("model=\udcff",)}, "model"),
    ],
)
def test_bytes_that_are_no_text_are_a_usage_error(options: dict[str, Any], field: str) -> None:
    with pytest.raises(UsageFault) as caught:
        body(**options)
    assert caught.value.message == f"the field {field} is not UTF-8 text"


def test_a_body_is_one_line_in_utf8_or_indented() -> None:
    fields = {"a": "ü\n", "b": [1]}
    assert encode(fields) == '{"a":"ü\\n","b":[1]}'.encode()
    assert json.loads(encode(fields, pretty=True)) == fields
    assert b'\n  "a"' in encode(fields, pretty=True)
