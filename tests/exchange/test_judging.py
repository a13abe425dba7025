"""Answers judged by a schema: what is said of those that are out of the ordinary."""

from __future__ import annotations

import json

import pytest

from dsk.errors import BrokenFault
from dsk.exchange.apart import JudgeApart
from dsk.exchange.judging import Judge
from dsk.exchange.shaping import Shaping
from dsk.request.schema.reading import read_schema
from dsk.request.schema.shape import wanted
from dsk.stream.events import Content, ToolCall
from tests.harness import DEADLINE

TREE = {"type": "object", "properties": {"a": {"$ref": "#"}}}


def why_not(schema: object, text: str) -> str:
    asked = wanted(read_schema(json.dumps(schema), "--schema"))
    fault = Judge(asked.schema).check_text(text, asked.schema)
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


def test_in_a_process_of_its_own_the_same_is_said_and_what_has_no_end_is_ended() -> None:
    asked = wanted({"type": "array", "items": {"pattern": "^(a+)+$"}, "uniqueItems": True})
    apart, here = JudgeApart(asked.schema, None, limit=DEADLINE), Judge(asked.schema)
    item = asked.schema["properties"]["items"]
    for text in ("[]", '["aa", "a"]', '["a", "a"]', '["\\ud800"]', "[", '[{"b": 1, "b": 2}]', "[1e999]"):
        expected = here.check_text(text, item, "$.x")
        fault = apart.check_text(text, item, "$.x")
        assert (fault and (fault.message, fault.hint)) == (expected and (expected.message, expected.hint))
    fault = JudgeApart(asked.schema, None, limit=0.2).check_text(f'["{"a" * 40}!"]', item)
    assert fault
    assert fault.message == "the answer cannot be checked: that takes longer than 0.2 s"
