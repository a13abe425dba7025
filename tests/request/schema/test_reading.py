"""A schema as the user writes it: the short form word by word, JSON Schema, and what is wrong with either."""

from __future__ import annotations

import json
from typing import Any

import pytest

from dsk.errors import UsageFault
from dsk.request.schema.reading import file_named, read_schema


def read(text: str) -> Any:
    return read_schema(text, "--schema")


def of(**properties: Any) -> dict[str, Any]:
    return {
        "type": "object",
        "properties": properties,
        "required": list(properties),
        "additionalProperties": False,
    }


TEXT, INT, NUM, BOOL = ({"type": kind} for kind in ("string", "integer", "number", "boolean"))


@pytest.mark.parametrize(
    ("text", "schema"),
    [
        ("name", of(name=TEXT)),
        ("name, age int, tags [str]", of(name=TEXT, age=INT, tags={"type": "array", "items": TEXT})),
        ("a str\nb float\n\nc boolean\n", of(a=TEXT, b=NUM, c=BOOL)),
        ("{a int, }", of(a=INT)),
        ("größe num, first-name, 2nd int", of(**{"größe": NUM, "first-name": TEXT, "2nd": INT})),
        ('"first name" str', of(**{"first name": TEXT})),
        ("int int, str", of(int=INT, str=TEXT)),
        ("nick?, age int?", of(nick={"type": ["string", "null"]}, age={"type": ["integer", "null"]})),
        ("mood good|bad", of(mood={"type": "string", "enum": ["good", "bad"]})),
        ("mood good|bad?", of(mood={"enum": ["good", "bad", None]})),
        ('a "very good"|"str", b "x"', of(a=TEXT | {"enum": ["very good", "str"]}, b=TEXT | {"enum": ["x"]})),
        ("stars 1|2|3", of(stars={"type": "integer", "enum": [1, 2, 3]})),
        ("x 1|1.5|yes|true|null", of(x={"enum": [1, 1.5, "yes", True, None]})),
        ("a int|str, b int|null", of(a={"anyOf": [INT, TEXT]}, b={"type": ["integer", "null"]})),
        ("a int|str?", of(a={"anyOf": [INT, TEXT, {"type": "null"}]})),
        ("n 1..5, p 0.0..1.0", of(n=INT | {"minimum": 1, "maximum": 5}, p=NUM | {"minimum": 0.0, "maximum": 1.0})),
        ("at {lat num, lon num}", of(at=of(lat=NUM, lon=NUM))),
        ("[{name, of [[int]]}]", {"type": "array", "items": of(name=TEXT, of={"type": "array", "items": {
            "type": "array", "items": INT}})}),
        ("name: of the dog, age int: in years", of(name=TEXT | {"description": "of the dog"},
                                                   age=INT | {"description": "in years"})),
        ('a [int]: "one, two: [three]"', of(a={"type": "array", "items": INT, "description": "one, two: [three]"})),
        ("a {b: inner\nc int}: outer", of(a=of(b=TEXT | {"description": "inner"}, c=INT) | {"description": "outer"})),
        ("a:", of(a=TEXT)),
        ("int", INT),
        ("[str]?", {"type": ["array", "null"], "items": TEXT}),
        ("yes|no", {"type": "string", "enum": ["yes", "no"]}),
        ("1..10", INT | {"minimum": 1, "maximum": 10}),
        ("null", of(null=TEXT)),
    ],
)  # fmt: skip
def test_the_short_form(text: str, schema: dict[str, Any]) -> None:
    assert read(text) == schema


@pytest.mark.parametrize(
    ("text", "why", "hint"),
    [
        ("", "character 1: the end where a name is to be", ""),
        ("name, age number2", "character 11: there is no type number2", "the types are str, int"),
        ("name str\nage itn", "line 2, character 5: there is no type itn", "the types are"),
        ("name: the first, or only", "character 21: there is no type only", "double quotes"),
        ("a int b", "character 7: b where a comma is to be", "a name has one type"),
        ("a {b int", "character 9: the end where a comma or } is to be", ""),
        ("[name, age int]", "character 2: there is no type name", "[{name, age int}]"),
        ("[int, str]", "character 5: , where ] is to be", "[{name, age int}]"),
        ("a,, b", "character 3: , where a name is to be", ""),
        ("a, a int", "character 4: the name a is there twice", ""),
        ("a x|y|x", "character 7: x is there twice", ""),
        ("a int|x", "character 7: x is no type, and the others are", "double quotes"),
        ("a x|int", "character 5: int is a type, and the others are values", "double quotes"),
        ("a 5..1", "character 3: 5..1 ends before it begins", ""),
        ('a "x', "character 3: a double quote that is not closed", ""),
        ('a "\\q"', "character 3: ", ""),
        ('a "\\ud800"|b', "character 3: ", ""),
        ("a; b", "character 2: ; means nothing", "it is JSON Schema, or as short as"),
        ("a 1e9", "character 3: there is no type 1e9", ""),
        ("a 00..7", "character 5: . means nothing", ""),
        ("a " + "[" * 99 + "int" + "]" * 99, "character 53: it is nested too deep", ""),
        ("{a int} b", "character 9: b after the end", ""),
        ("a b]", "character 3: there is no type b", ""),
        ("a int, b |c", "character 10: | where a type is to be", ""),
        ("a \x00", "character 3: ", ""),
    ],
    ids=lambda value: value[:20],
)
def test_what_is_no_short_form_is_named_with_its_place(text: str, why: str, hint: str) -> None:
    with pytest.raises(UsageFault) as caught:
        read(text)
    assert caught.value.what == "--schema is no schema"
    assert caught.value.why.startswith(why)
    assert hint in caught.value.hint


def test_json_schema_is_taken_as_it_is() -> None:
    schema = {
        "type": "array",
        "items": {"$ref": "#/$defs/a~1b"},
        "$defs": {"a/b": {"minLength": 1}},
        "enum": [{"$ref": "x"}],
    }
    assert read(f" \n{json.dumps(schema)}\n") == schema
    assert read("{}") == {}


@pytest.mark.parametrize(
    ("text", "what", "why"),
    [
        ('{"type": }', "--schema is not JSON", "expecting value at character 10"),
        ('{"type": "object"} x', "--schema is not JSON", "extra data"),
        ("{", "--schema is not JSON", ""),
        ('{"a":' * 100_000, "--schema is not JSON", "it is nested too deep"),
        ('{"$schema": 1}', "--schema is no JSON Schema", "$.$schema: "),
        ('{"items": {"$ref": "#/$defs/x"}}', "--schema is no JSON Schema", "$.items.$ref: #/$defs/x leads to nothing"),
        ('{"$ref": "https://example.org/x.json"}', "--schema is no JSON Schema", "$.$ref: "),
        ('{"anyOf": [true, {"$ref": "#/anyOf/7"}]}', "--schema is no JSON Schema", "$.anyOf[1].$ref: "),
    ],
    ids=lambda value: value[:20],
)  # fmt: skip
def test_what_is_wrong_with_json_schema_is_named(text: str, what: str, why: str) -> None:
    with pytest.raises(UsageFault) as caught:
        read(text)
    assert caught.value.what == what
    assert caught.value.why.startswith(why)


@pytest.mark.parametrize(
    ("text", "path"),
    [
        ("person.json", "person.json"),
        ("./person", "./person"),
        ("/tmp/a b", None),
        ("@a b, c", "a b, c"),
        ("@person", "person"),
        ("person", None),
        ("name, age int", None),
        ("1..5", None),
        ("0.5..1.5", None),
        ("[1..5]", None),
        ("yes|no|n/a", None),
        ("a|b.c", None),
        ("v1.2", "v1.2"),
        ("it's.json", "it's.json"),
        ('{"type": "object"}', None),
        ("a 1.5|2.5", None),
        ('"a.b"', None),
    ],
)
def test_a_file_is_told_from_a_schema_by_its_letters(text: str, path: str | None) -> None:
    assert file_named(text) == path
