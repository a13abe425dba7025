"""The elements of a list while it arrives: the same however the text is cut, each as soon as it has closed."""

from __future__ import annotations

import json
import random
from typing import Any

import pytest

from dsk.stream.elements import Elements, compact
from tests.stream.growth import assert_grows_linearly

HARD = ['"', "\\", "]", "},", "[{", "\ud83d\ude00", "é", "\u2028", "\n", "\t", "\x00", "a, b", '\\"', "\\\\", "{}"]
BLANKS = ["", "", "", " ", "\n", " \t\r\n "]


def value(chance: random.Random, depth: int = 0) -> Any:
    match chance.randrange(7 if depth < 3 else 4):
        case 0:
            return "".join(chance.choices(HARD, k=chance.randrange(5)))
        case 1:
            return chance.choice([0, -1.5, 1e99, 10**30, True, False, None])
        case 2 | 3:
            return chance.choice(["x", "", 7])
        case 4:
            return [value(chance, depth + 1) for _ in range(chance.randrange(4))]
        case _:
            return {f"{n}{chance.choice(HARD)}": value(chance, depth + 1) for n in range(chance.randrange(4))}


def written(chance: random.Random, item: Any) -> str:
    """JSON with white space wherever it may stand, escapes where they need not be."""
    blank = chance.choice(BLANKS)
    indent = chance.choice([None, None, 1])
    text = json.dumps(item, ensure_ascii=chance.random() < 0.5, indent=indent)
    return f"{blank}{text}{chance.choice(BLANKS)}"


def pieces(chance: random.Random, text: str) -> list[str]:
    cuts = sorted(chance.randrange(len(text) + 1) for _ in range(chance.randrange(12)))
    return [text[begin:end] for begin, end in zip([0, *cuts], [*cuts, len(text)], strict=True)]


def fed(parts: list[str] | str, *, is_list: bool = True) -> tuple[list[str], str]:
    elements = Elements(is_list=is_list)
    found = [raw for part in parts for raw in elements.feed(part)]
    elements.close()
    return found, elements.trouble


@pytest.mark.parametrize("seed", range(60))
def test_elements_are_the_same_however_the_text_is_cut(seed: int) -> None:
    chance = random.Random(seed)
    raws = [written(chance, value(chance)) for _ in range(chance.randrange(6))]
    listed = f"[{','.join(raws)}]"
    text = chance.choice([listed, f' {{"items" : {listed}\n}} ', f'{{"a\\"]":{listed}}}'])
    expected = (raws, "")
    assert fed([text]) == expected
    assert fed(text) == expected
    for _ in range(10):
        assert fed(pieces(chance, text)) == expected
    for raw in raws:
        assert json.loads(compact(raw)) == json.loads(raw)
        assert "\n" not in compact(raw)


def test_an_element_is_given_as_soon_as_its_end_is_there() -> None:
    elements = Elements()
    assert elements.feed('{"items": [{"a": "]') == []
    assert elements.feed('}"}') == []
    assert elements.feed(",") == ['{"a": "]}"}']
    assert elements.feed(" 2, 3") == [" 2"]
    assert elements.feed("4]") == [" 34"]
    assert elements.count == 3


def test_one_value_in_an_object() -> None:
    for text, raw in (('{"value": "a, b]"}', '"a, b]"'), ('{"value":[1,{"x":2}] }', '[1,{"x":2}] '), ('{"v":7}', "7")):
        assert fed(text, is_list=False) == ([raw], "")
        assert fed([text], is_list=False) == ([raw], "")


@pytest.mark.parametrize("text", ["[]", "[ \n]", '{"items": []}', ' {"items":[ ]} \n'])
def test_an_empty_list_has_no_elements(text: str) -> None:
    assert fed(text) == ([], "")


@pytest.mark.parametrize(
    ("text", "found", "trouble"),
    [
        ("", [], "it is empty"),
        (" \n", [], "it is empty"),
        ("Sure: [1]", [], "S where a list is to be"),
        ("```json\n[1]", [], "it is in a code fence"),
        ("[1, 2", ["1"], "it ends too early"),
        ('{"items": [1]', ["1"], "it ends too early"),
        ('{"items', [], "it ends too early"),
        ("[1,]", ["1", ""], ""),
        ("[1}", [], "} where , or ] is to be"),
        ("[1] x", ["1"], "more follows its end"),
        ('{"items": [1], "more": 2}', ["1"], ", where } is to be"),
        ('{"items" [1]}', [], "[ where a colon is to be"),
        ('{"items": {"a": 1}}', [], "{ where a list is to be"),
        ("{items: [1]}", [], "i where a name in double quotes is to be"),
        ("{}", [], "} where a name in double quotes is to be"),
    ],
)
def test_what_is_no_such_list_is_said(text: str, found: list[str], trouble: str) -> None:
    assert fed([text]) == (found, trouble)
    assert fed(text) == (found, trouble)


@pytest.mark.parametrize(
    ("text", "trouble"),
    [
        ('{"value": 1, "b": 2}', ", where } is to be"),
        ('{"value": 1]', "] where } is to be"),
        ('"x"', '" where an object is to be'),
    ],
)
def test_what_is_no_single_value_is_said(text: str, trouble: str) -> None:
    assert fed(text, is_list=False) == ([], trouble)


def test_nothing_is_given_after_trouble() -> None:
    elements = Elements()
    assert elements.feed('{"items": [1], "items": [2]}') == ["1"]
    assert elements.feed("[3]") == []


def test_the_work_grows_with_the_text() -> None:
    def work(size: int) -> None:
        elements = Elements()
        elements.feed("[")
        for _ in range(size):
            elements.feed('["\\"}", 1],')
        elements.feed('"')
        for _ in range(size):
            elements.feed("long ]")

    assert_grows_linearly(work, 2000)


def test_only_white_space_between_tokens_goes() -> None:
    assert compact(' {"a b" : [ 1.0 ,\n"\\u0020 \\" x" ] } ') == '{"a b":[1.0,"\\u0020 \\" x"]}'
    assert compact('"\\ud800"') == '"\\ud800"'
