"""References in a schema: where they lead, what is data and none, and those that lead nowhere or round in a circle."""

from __future__ import annotations

import json
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from dsk.errors import UsageFault
from dsk.request.schema.reading import read_schema
from dsk.request.schema.shape import wanted


def fits(schema: Any, value: Any) -> bool:
    """Whether a value fits a schema in the form in which it is asked for, as a list or a value in an object."""
    asked = wanted(read_schema(json.dumps(schema), ""))
    Draft202012Validator.check_schema(asked.schema)
    return Draft202012Validator(asked.schema).is_valid({asked.shape: value} if asked.shape != "object" else value)


@pytest.mark.parametrize(
    "schema",
    [
        {"enum": [{"$ref": "http://x/"}]},
        {"type": "array", "items": {"const": {"$ref": "#/a"}}},
        {"$defs": {"a": {"const": {"$ref": "#"}}}, "default": {"$ref": "#/x"}, "$ref": "#/$defs/a"},
    ],
    ids=json.dumps,
)
def test_what_looks_like_a_reference_in_data_is_left_as_it_is(schema: dict[str, Any]) -> None:
    value = next(word for word in ("http://x/", "#/a", "#") if f'"{word}"' in json.dumps(schema))
    found = {"$ref": value}
    assert fits(schema, [found] if "items" in schema else found)


def test_names_are_no_keywords() -> None:
    text = {"type": "string"}
    item = {"properties": {"enum": {"$ref": "#/$defs/x"}, "$ref": text}}
    schema = {"type": "array", "items": item, "$defs": {"x": text, "const": {"$ref": "#/$defs/x"}}}
    assert fits(schema, [{"enum": "a", "$ref": "b"}])
    assert not fits(schema, [{"enum": 1}])
    with pytest.raises(UsageFault, match=r"\$\.properties\.enum\.\$ref: #/x leads to nothing"):
        read_schema('{"properties": {"enum": {"$ref": "#/x"}}}', "it")


def test_an_anchor_is_a_place() -> None:
    leaf = {"$anchor": "q", "type": "integer"}
    assert fits({"$defs": {"q": leaf}, "type": "array", "items": {"$ref": "#q"}}, [1])
    assert not fits({"$defs": {"q": leaf}, "type": "array", "items": {"$ref": "#q"}}, ["1"])
    tree = {"$dynamicAnchor": "t", "type": "object", "properties": {"a": {"$dynamicRef": "#t"}}, "required": ["a"]}
    assert not fits({"$defs": {"q": tree}, "properties": {"b": {"$ref": "#/$defs/q"}}}, {"b": {"a": {}}})


def test_an_id_does_not_lead_references_astray() -> None:
    schema = {"$id": "https://x/y", "type": "array", "items": {"$ref": "#/$defs/q"}, "$defs": {"q": {"type": "null"}}}
    assert fits(schema, [None])
    assert wanted(schema).shape == "items"
    assert not fits(schema, [1])


@pytest.mark.parametrize(
    ("schema", "why"),
    [
        ({"$dynamicRef": "#foo"}, "$.$dynamicRef: #foo leads to nothing in it"),
        ({"$ref": "#foo", "default": {"$anchor": "foo"}}, "$.$ref: #foo leads to nothing in it"),
        ({"$ref": "#"}, "$: its references lead to itself without end"),
        (
            {"$defs": {"a": {"$ref": "#/$defs/b"}, "b": {"anyOf": [{"type": "null"}, {"$ref": "#/$defs/a"}]}}},
            "$.$defs.a: its references lead to itself without end",
        ),
        ({"properties": {"a": {"if": {}, "else": {"not": {"$ref": "#/properties/a"}}}}}, "$.properties.a: its ref"),
        ({"dependentSchemas": {"not": {"allOf": [{"$ref": "#"}]}}}, "$: its references lead to itself without end"),
    ],
    ids=json.dumps,
)
def test_2_references_that_lead_nowhere_or_round_are_named(schema: Any, why: str) -> None:
    with pytest.raises(UsageFault) as caught:
        read_schema(json.dumps(schema), "--schema")
    assert caught.value.what == "--schema is no JSON Schema"
    assert caught.value.why.startswith(why)


def test_a_schema_may_lead_back_to_itself_by_way_of_its_parts() -> None:
    tree = {"type": "object", "properties": {"a": {"$ref": "#"}, "b": {"anyOf": [{"$ref": "#"}, {"$ref": "#"}]}}}
    assert fits(tree, {"a": {"a": {}}, "b": {}})
    assert not fits(tree, {"a": {"a": 1}})
