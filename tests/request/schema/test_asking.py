"""A schema in a request: of what shape, in which way, and found in the body again."""

from __future__ import annotations

import json
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from dsk.errors import UsageFault
from dsk.request.schema.asking import KEPT, Way, put_schema, wanted_in
from dsk.request.schema.example import example
from dsk.request.schema.reading import read_schema
from dsk.request.schema.shape import Wanted, wanted
from dsk.request.schema.strict import strict_form

FIELDS: dict[str, Any] = {
    "model": "m",
    "messages": [{"role": "user", "content": "hi"}],
    "thinking": {"type": "disabled"},
}
REFERRING = '{"$ref": "#/$defs/a", "$defs": {"a": {"type": "object", "properties": {"b": {}}}}}'
CUT = [{"role": "system", "content": "It must fit the JSON Schema dsk_answer:\n{"}]
PERSON = read_schema("name, age int, at {city}, tags [red|green]: colours", "")


def put(schema: dict[str, Any], way: Way = "function", **fields: Any) -> dict[str, Any]:
    return put_schema(FIELDS | fields, wanted(schema), way)


def test_a_strict_function_is_forced_where_the_schema_is_sound_for_it() -> None:
    function = {
        "name": "dsk_answer",
        "description": "Give the answer. Call this once, and say nothing else.",
        "strict": True,
        "parameters": PERSON,
    }
    assert put(PERSON) == FIELDS | {
        "tools": [{"type": "function", "function": function}],
        "tool_choice": {"type": "function", "function": {"name": "dsk_answer"}},
    }


@pytest.mark.parametrize(
    "fields",
    [
        {"thinking": {"type": "enabled"}},
        {"tools": [{"type": "function", "function": {"name": "weather"}}]},
        {"tool_choice": "none"},
    ],
)
def test_json_mode_and_words_take_its_place_where_no_call_may_be_forced(fields: dict[str, Any]) -> None:
    body = put(PERSON, **fields)
    assert body["response_format"] == {"type": "json_object"}
    system, user = body["messages"]
    assert user == FIELDS["messages"][0]
    text = system["content"]
    lines = text.split("\n")
    assert (system["role"], "JSON" in text) == ("system", True)
    assert json.loads(lines[1]) == PERSON
    assert json.loads(lines[-1]) == {"name": "name", "age": 1, "at": {"city": "city"}, "tags": ["red"]}
    assert {name: body[name] for name in fields} == fields


def test_the_words_come_after_the_system_message_that_is_there() -> None:
    messages = [{"role": "system", "content": "Be brief."}, *FIELDS["messages"]]
    first, *rest = put(PERSON, "prompt", messages=messages)["messages"]
    assert first["content"].startswith("Be brief.\n\nAnswer with one JSON value")
    assert rest == FIELDS["messages"]
    assert messages[0]["content"] == "Be brief."


def test_a_response_format_for_servers_that_take_a_schema_there() -> None:
    assert put(PERSON, "json_schema")["response_format"] == {
        "type": "json_schema",
        "json_schema": {"name": "dsk_answer", "strict": True, "schema": PERSON},
    }
    loose = {"type": "object", "properties": {"a": {"minLength": 1}}}
    assert put(loose, "json_schema")["response_format"]["json_schema"]["strict"] is False


def test_what_no_schema_goes_with_is_refused() -> None:
    with pytest.raises(UsageFault, match="response_format"):
        put(PERSON, response_format={"type": "text"})
    with pytest.raises(UsageFault, match="prefix"):
        put(PERSON, messages=[*FIELDS["messages"], {"role": "assistant", "content": "{", "prefix": True}])


@pytest.mark.parametrize("way", ["function", "json_schema", "prompt"])
@pytest.mark.parametrize("text", ["name, age int", "[str]", "[{name?, of [int]}]", "yes|no", REFERRING])
def test_a_body_tells_what_it_wants(way: Way, text: str) -> None:
    asked = wanted(read_schema(text, ""))
    body = json.loads(json.dumps(put(read_schema(text, ""), way)))
    assert wanted_in(body) == asked
    assert wanted_in({KEPT: asked._asdict()}) == asked


@pytest.mark.parametrize(
    "fields",
    [
        {},
        {"tools": 1, "tool_choice": {"function": {"name": "dsk_answer"}}},
        {"tools": [1, {"function": {"name": "dsk_answer"}}], "tool_choice": {"function": {"name": "dsk_answer"}}},
        {"tools": [{"function": {"name": "x", "parameters": {}}}], "tool_choice": {"function": {"name": "x"}}},
        {"response_format": "json"},
        {"response_format": {"type": "json_object"}},
        {"response_format": {"type": "json_schema", "json_schema": {"name": "other", "schema": {}}}},
        {"response_format": {"type": "json_schema", "json_schema": {"name": "dsk_items", "schema": {"type": "x"}}}},
        {"response_format": {"type": "json_object"}, "messages": CUT},
    ],
)  # fmt: skip
def test_other_bodies_want_nothing_of_the_kind(fields: dict[str, Any]) -> None:
    assert wanted_in(FIELDS | fields) is None


def test_a_list_and_a_value_are_asked_for_in_an_object() -> None:
    assert wanted(read_schema("[int]", "")) == Wanted(
        {
            "type": "object",
            "properties": {"items": {"type": "array", "items": {"type": "integer"}}},
            "required": ["items"],
            "additionalProperties": False,
        },
        "items",
    )
    assert wanted(read_schema("yes|no", "")).schema["required"] == ["value"]
    assert wanted({"type": "array", "prefixItems": [{}]}).shape == "value"
    assert wanted({"properties": {"a": {}}}).shape == "object"
    assert wanted({}).shape == "value"


def test_references_lead_to_the_same_places_in_the_object_around() -> None:
    schema = {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "type": "array",
        "items": {"anyOf": [{"$ref": "#/$defs/leaf"}, {"$ref": "#"}, {"$ref": "#/items/anyOf/0"}]},
        "$defs": {"leaf": {"type": "integer"}},
    }
    asked = wanted(schema)
    Draft202012Validator.check_schema(asked.schema)
    judge = Draft202012Validator(asked.schema)
    assert judge.is_valid({"items": [1, [2, [3]], []]})
    assert not judge.is_valid({"items": [1, [2, ["x"]]]})
    assert asked.schema["$schema"] == schema["$schema"]


LOOSE = {"type": "object", "properties": {"a": {"type": "string"}, "b": {"type": "string"}}}
STRICT = LOOSE | {"required": ["b", "a"]}


@pytest.mark.parametrize(
    "schema",
    [
        PERSON,
        read_schema("a 1..5, b 0.5..1.5: x, c int|str, d [[bool]], e {f x|y}", ""),
        STRICT | {"additionalProperties": False},
        STRICT | {"$def": {"x": {"type": "string", "format": "email", "pattern": "^a"}}},
        {"type": "object", "required": ["a"], "properties": {"a": {"$ref": "#/$def/x"}}, "$def": {"x": {"const": 1}}},
    ],
)
def test_what_strict_mode_takes(schema: dict[str, Any]) -> None:
    form = strict_form(schema)
    assert form == schema | {"additionalProperties": False}


def test_annotations_are_left_out_and_objects_closed() -> None:
    inner = STRICT | {"title": "Inner", "examples": []}
    schema = {"title": "T", "$schema": "s", "type": "object", "properties": {"x": inner}, "required": ["x"]}
    closed = STRICT | {"additionalProperties": False}
    assert strict_form(schema) == {
        "type": "object",
        "properties": {"x": closed},
        "required": ["x"],
        "additionalProperties": False,
    }


@pytest.mark.parametrize(
    "inner",
    [
        *(LOOSE, {}, True, {"type": "null"}, {"type": ["string", "null"]}, {"type": "array"}, {"type": "object"}),
        *({"type": "string", "minLength": 1}, {"type": "array", "items": {"type": "string"}, "minItems": 1}),
        *({"enum": [None]}, {"enum": []}, {"enum": 1}, {"const": {}}, {"anyOf": []}, {"oneOf": [{"type": "string"}]}),
        *({"type": "string", "format": "date"}, {"type": "string", "pattern": "("}, {"$ref": "#/$defs/x"}),
        *({"$ref": "#/$def/none"}, {"type": "integer", "minimum": "1"}, {"type": "integer", "multipleOf": 0}),
        *(STRICT | {"additionalProperties": True}, STRICT | {"required": ["a"]}, STRICT | {"required": 1}),
        *({"type": "string", "description": 1}, {"description": "x"}, STRICT | {"properties": {}, "required": []}),
    ],
    ids=json.dumps,
)  # fmt: skip
def test_what_strict_mode_does_not_take(inner: Any) -> None:
    assert strict_form({"type": "object", "properties": {"x": inner}, "required": ["x"]}) is None


@pytest.mark.parametrize(
    "schema",
    [
        *(PERSON, LOOSE, {}, {"type": "null"}, {"type": ["integer", "null"]}, {"const": [1]}, {"default": 7}),
        *({"type": "string", "minLength": 9, "maxLength": 9}, {"type": "string", "maxLength": 2}),
        *({"type": "number", "exclusiveMinimum": 3}, {"type": "integer", "maximum": -2}),
        *({"type": "array", "minItems": 3, "items": {"type": "boolean"}}, {"oneOf": [{"enum": [1]}]}),
        {"exclusiveMaximum": 0, "type": "number"},
        *({"type": "string", "format": "uuid"}, {"$ref": "#/$defs/a", "$defs": {"a": {"enum": ["x"]}}}),
        {"type": "integer", "multipleOf": 5},
    ],
    ids=json.dumps,
)  # fmt: skip
def test_an_example_fits_its_schema(schema: dict[str, Any]) -> None:
    Draft202012Validator(schema).validate(example(schema))


def test_an_example_of_a_schema_without_end_has_one() -> None:
    example({"$ref": "#"})
    assert "a" in example({"type": "object", "properties": {"a": {"$ref": "#"}}})
