"""What a tool says of itself, and the arguments of its calls."""

from __future__ import annotations

import json
import re

import pytest

from dsk.errors import hide_secret
from dsk.tools.arguments import read_arguments
from dsk.tools.environment import without_key
from dsk.tools.tool import NO_PARAMETERS, read_tool

GOOD = {"name": "a-B_1", "description": "d", "parameters": {"type": "object", "properties": {}}}


def test_a_tool_is_its_name_its_description_and_its_parameters() -> None:
    tool = read_tool("./x", json.dumps(GOOD))
    assert tool.function == GOOD
    assert read_tool("./x", '{"name": "n", "description": ""}').parameters == NO_PARAMETERS


@pytest.mark.parametrize(
    ("text", "why"),
    [
        (" \n", "it printed nothing"),
        ("[]", "what it printed is not a JSON object"),
        ('{"name": "x"}', "it has no description"),
        ('{"name": 1, "description": ""}', "its name is not a text"),
        ('{"name": "a b", "description": ""}', "its name 'a b' is not 1 to 64 letters, digits, _ and -"),
        (json.dumps({"type": "function", "function": GOOD}), "it has an unknown key 'type'; known are "),
        (json.dumps(GOOD | {"parameters": []}), "its parameters are not a JSON Schema: an object"),
        (json.dumps(GOOD | {"parameters": {"type": "array"}}), 'its parameters are not of "type": "object"'),
        (json.dumps(GOOD | {"parameters": {"properties": 1}}), 'the "properties" of its parameters are not an object'),
        (json.dumps(GOOD | {"parameters": {"required": [1]}}), '"required" in its parameters is not a list of names'),
        ('{"name": "x", "description": "\\ud800"}', "what it printed is not JSON: half a surrogate pair is in it"),
    ],
)
def test_what_is_wrong_with_it_is_named(text: str, why: str) -> None:
    with pytest.raises(ValueError, match=re.escape(why)):
        read_tool("./x", text)


def test_arguments_that_are_not_there_are_none() -> None:
    tool = read_tool("./x", json.dumps(GOOD))
    assert read_arguments(tool, "") == read_arguments(tool, "\n {} ") == "{}"


def test_arguments_are_as_they_were_written_in_one_line() -> None:
    tool = read_tool("./x", json.dumps(GOOD))
    for text in ('{"any":1.0000000000000000000001,  "b": 12345678901234567890123}', '{"a": "\\u001b\\n\u2028 ä"}'):
        assert read_arguments(tool, text) == text
    assert read_arguments(tool, '{\r\n\t"a": 1,\n\n"b": "\\n"\n}\n') == '{ \t"a": 1, "b": "\\n" }'


@pytest.mark.parametrize("text", ['{"a": 1, "a": 2}', '{"b": [{"a": 1, "c": {}, "a": 1}]}', '{"a": 1, "\\u0061": 2}'])
def test_an_argument_that_is_there_twice_is_none(text: str) -> None:
    with pytest.raises(ValueError, match="the arguments are not JSON: 'a' is in one object twice"):
        read_arguments(read_tool("./x", json.dumps(GOOD)), text)


def test_an_environment_is_without_the_key_wherever_it_stands() -> None:
    env = {"A": "1", "OWN": "secret", "COPY": "x secret y", "DEEPSEEK_API_KEY": "other", "C": "others", "E": ""}
    assert without_key(env, ["OWN"]) == {"A": "1", "E": ""}
    hide_secret("sk-found-elsewhere")
    assert without_key({"A": "1", "B": "x sk-found-elsewhere"}, []) == {"A": "1"}
