"""JSON by RFC 8259: what is taken, what is not, and how that is said."""

from __future__ import annotations

import json
import random

import pytest

from dsk.stream.grammar import json_trouble
from tests.stream.growth import assert_grows_linearly


@pytest.mark.parametrize(
    "text",
    [
        "{}",
        "[]",
        " \t\r\n{ } \n",
        "null",
        "-0",
        "0.5e-10",
        "1E400",
        '"\\ud800 \\u00e9 \\" \\\\ \\/ \x7f \u2028"',
        '{"a": [1, {"b": [[], {}, "c"]}], "a": true}',
        "9" * 5000,
        "[" * 100_000 + "]" * 100_000,
        '{"a":' * 100_000 + "0" + "}" * 100_000,
    ],
    ids=lambda text: str(text)[:20],
)
def test_what_the_grammar_allows_is_json(text: str) -> None:
    assert json_trouble(text) == ""


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("", "it is empty"),
        (" \n", "it is empty"),
        ("NaN", "line 1, column 1: no value"),
        ("[1,\n -Infinity]", "line 2, column 2: no value"),
        ("[1,\n]", "line 2, column 1: no value"),
        ("01", "line 1, column 2: no end"),
        ("1.", "line 1, column 2: no end"),
        ("\ufeff{}", "line 1, column 1: no value"),
        ("{} {}", "line 1, column 4: no end"),
        ("{a: 1}", "line 1, column 2: no name in double quotes"),
        ('{"a" 1}', "line 1, column 6: no colon"),
        ('{"a": 1,}', "line 1, column 9: no name in double quotes"),
        ("[1 2]", "line 1, column 4: no comma or ]"),
        ("[1}", "line 1, column 3: no comma or ]"),
        ('["a\n"]', "line 1, column 2: no value"),
        ('"\\x"', "line 1, column 1: no value"),
        ("[1\u00a0]", "line 1, column 3: no comma or ]"),
        ("٣", "line 1, column 1: no value"),
        ('{"a":', "it ends too early: value is missing"),
        ('{"a": "b', "it ends too early: value is missing"),
        ('{"a', "it ends too early: name in double quotes is missing"),
        ('{"a": 1', "it ends too early: comma or } is missing"),
        ("[" * 100_000, "it ends too early: value is missing"),
    ],
    ids=lambda text: str(text)[:30],
)
def test_what_it_does_not_allow_is_told_with_its_place(text: str, why: str) -> None:
    assert json_trouble(text) == why


def test_it_agrees_with_the_standard_library_on_texts_with_a_character_changed() -> None:
    chance = random.Random(7)
    good = json.dumps({"a": [1, -2.5e3, True, None, "x\n\u00e9"], "b": {"c": {}, "d": []}})
    seen = set()
    for _ in range(3000):
        at = chance.randrange(len(good))
        text = good[:at] + chance.choice('{}[]",:\\0e-. tn\n') + good[at + chance.randint(0, 1) :]
        try:
            json.loads(text, parse_constant=float)
            is_json = True
        except ValueError:
            is_json = False
        assert (json_trouble(text) == "") == is_json, text
        seen.add(is_json)
    assert seen == {True, False}


@pytest.mark.parametrize("start", ["[", '["'])
@pytest.mark.parametrize("piece", ["[", '{"a":[', '"\\n', "a", " ", "1,"])
def test_the_work_grows_with_the_text(start: str, piece: str) -> None:
    def check(size: int) -> None:
        json_trouble(start + piece * size)

    assert_grows_linearly(check, 20_000)
