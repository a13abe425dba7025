"""Answers judged by a schema: what is said of those that are out of the ordinary."""

from __future__ import annotations

import json

import pytest

from dsk.errors import BrokenFault
from dsk.exchange.judging import Judge
from dsk.exchange.shaping import Shaping
from dsk.request.schema.reading import read_schema
from dsk.request.schema.shape import wanted
from dsk.stream.events import Content, ToolCall

TREE = {"type": "object", "properties": {"a": {"$ref": "#"}}}


def why_not(schema: object, text: str) -> str:
    asked = wanted(read_schema(json.dumps(schema), "--schema"))
    fault = Judge(asked.schema).check_text(text, asked.schema)[1]
    return fault.message if fault else ""


@pytest.mark.parametrize("depth", [3000, 200_000])
def test_what_is_nested_too_deep_is_no_fault_of_the_schema(depth: int) -> None:
    assert why_not(TREE, '{"a":' * 100 + "{}" + "}" * 100) == ""
    text = '{"a":' * depth + "{}" + "}" * depth
    assert why_not(TREE, text) == "the answer cannot be checked: it is nested too deep"


def test_numbers_out_of_reach_are_told_as_such() -> None:
    whole = {"type": "object", "properties": {"a": {"multipleOf": 0.5}}}
    assert why_not(whole, f'{{"a": {"1" * 400}}}') == "the answer cannot be checked: a number in it is too large"
    assert why_not(whole, '{"a": -1e999}') == "the answer cannot be checked: -1e999 is too large a number"


def test_an_element_whose_end_does_not_come_ends_the_answer() -> None:
    asked = wanted({"type": "array", "items": {"type": "string"}})
    shaping = Shaping(asked, Judge(asked.schema), keeps_text=True, limit=1000)
    arguments = ['{"items": ["x", "', "y" * 999, "y", '"']
    found = [shaping.take([ToolCall(0, "c", "dsk_items", text, 0)]) for text in arguments]
    assert found == [[Content('"x"\n', 0)], [], [], []]
    assert isinstance(shaping.fault, BrokenFault)
    assert shaping.fault.message == "the answer has no end: $[1] is longer than 1,000 characters"
