"""The fenced code in a text: what CommonMark says is code, as it stands there, in whatever pieces the text comes."""

from __future__ import annotations

import random
import re
from collections.abc import Iterable, Iterator

import pytest

from dsk.stream.code.extractor import Extractor
from dsk.stream.code.found import Code, End, Found, Start
from dsk.stream.code.stopping import FirstBlock
from tests.stream.growth import assert_grows_linearly
from tests.stream.ways import pieces, random_pieces

Blocks = list[tuple[str, str]]


def find(text: Iterable[str]) -> list[Found]:
    extractor = Extractor()
    return [*(found for piece in text for found in extractor.feed(piece)), *extractor.close()]


def blocks(found: Iterable[Found]) -> Blocks:
    """The info string and the code of each block."""
    result: Blocks = []
    for item in found:
        if isinstance(item, Start):
            result.append((item.info, ""))
        elif isinstance(item, Code):
            result[-1] = (result[-1][0], result[-1][1] + item.text)
    return result


def ways(text: str) -> Iterator[Iterable[str]]:
    yield [text]
    # Latin-1 has a byte for each of these characters.
    data = text.encode("latin-1")
    for way in (pieces(data, 1), *(random_pieces(data, seed, 6) for seed in range(5))):
        yield [piece.decode("latin-1") for piece in way]


def in_all_ways(text: str) -> Blocks:
    first, *others = [blocks(find(way)) for way in ways(text)]
    assert all(other == first for other in others)
    return first


FENCES = {
    "backticks": ("```\nx\n```\n", [("", "x\n")]),
    "tildes": ("~~~\nx\n~~~\n", [("", "x\n")]),
    "two are none": ("``\nx\n``\n", []),
    "a fence closes its own kind": ("```\n~~~\n```\n", [("", "~~~\n")]),
    "a longer fence holds shorter ones": ("````\n```\nx\n```\n````\n", [("", "```\nx\n```\n")]),
    "a closing fence may be longer": ("```\nx\n`````\ny\n", [("", "x\n")]),
    "a closing fence may be followed by white space": ("```\nx\n``` \t\ny", [("", "x\n")]),
    "a closing fence is followed by nothing else": ("```\nx\n``` y\n```\n", [("", "x\n``` y\n")]),
    "the end closes": ("```\nx\ny", [("", "x\ny")]),
    "the end after a fence closes": ("```\nx\n```", [("", "x\n")]),
    "the end in a fence that is too short": ("```\nx\n``", [("", "x\n``")]),
    "an opening fence may be the end": ("text\n```py", [("py", "")]),
    "empty code": ("```\n```\n", [("", "")]),
    "blank lines are code": ("```\n\n  \n```\n", [("", "\n  \n")]),
    "an info string": ("```python title=x.py \nx\n```\n", [("python title=x.py", "x\n")]),
    "an info string of backticks may have none": ("``` a`b\nx\n", []),
    "an info string of tildes may have them": ("~~~ a`b\nx\n~~~\n", [("a`b", "x\n")]),
    "inline code is none": ("a ```x``` b\n```x```\n", []),
    "three columns of indentation": ("   ```\n   x\n  y\n     z\n   ```\n", [("", "x\ny\n  z\n")]),
    "four are code that is not fenced": ("    ```\n    x\n    ```\n", []),
    "a fence that is indented by four closes nothing": ("```\nx\n    ```\n```\n", [("", "x\n    ```\n")]),
    "tabs are kept": ("```\n\tx\n\t\ty\n```\n", [("", "\tx\n\t\ty\n")]),
    "a tab of which one column is taken": (" ```\n\tx\n ```\n", [("", "   x\n")]),
    "line ends are kept": ("```\r\nx\r\n\r\ny\n```\r\nz", [("", "x\r\n\r\ny\n")]),
    "white space at line ends is kept": ("```\nx  \n\t\n```\n", [("", "x  \n\t\n")]),
    "a fence ends a paragraph": ("text\n```\nx\n```\nmore\n", [("", "x\n")]),
    "several blocks": ("```a\nx\n```\n~~~b\ny\n~~~\n```c\nz", [("a", "x\n"), ("b", "y\n"), ("c", "z")]),
    "a form feed and a separator end no line": ("```\nx\x0cy\x85z\n```\n", [("", "x\x0cy\x85z\n")]),
    "HTML is text": ("<details>\n```\nx\n```\n</details>\n", [("", "x\n")]),
}
CONTAINERS = {
    "a quote": ("> ```\n> x\n>  y\n>z\n> ```\n", [("", "x\n y\nz\n")]),
    "a quote's end closes": ("> ```\n> x\ny\n```\nz\n```\n", [("", "x\n"), ("", "z\n")]),
    "a blank line ends a quote": ("> ```\n> x\n\n> y\n", [("", "x\n")]),
    "a fence outside closes nothing in a quote": ("> ```\n> x\n```\ny\n", [("", "x\n"), ("", "y\n")]),
    "a list item": ("1. text\n\n   ```\n   x\n     y\n   ```\n2. more\n", [("", "x\n  y\n")]),
    "an item that begins with it": ("- ```py\n  x\n  ```\n", [("py", "x\n")]),
    "a blank line in an item": ("- ```\n  x\n\n  y\n  ```\n", [("", "x\n\ny\n")]),
    "an item's end closes": ("- ```\n  x\n- y\n", [("", "x\n")]),
    "items in items": ("- a\n  - b\n\n    ```\n    x\n    ```\n", [("", "x\n")]),
    "a wide marker": ("10. a\n\n    ```\n    x\n    ```\n", [("", "x\n")]),
    "a quote in an item": ("- > ```\n  > x\n  > ```\n", [("", "x\n")]),
    "an item in a quote": ("> - ```\n>   x\n>   ```\n", [("", "x\n")]),
    "code in an item is not the marker's": ("-     ```\n  ```\n  x\n  ```\n", [("", "x\n")]),
    "a break is no item": ("* * *\n  ```\n  x\n  ```\n", [("", "x\n")]),
    "no item begins with 2 in a paragraph": ("text\n2. ```\n```\nx\n```\n", [("", "x\n")]),
    "an item that begins with two blank lines is over": ("-\n\n  ```\n x\n  ```\n", [("", "x\n")]),
    "a paragraph goes on without its markers": ("1. a\nb\n   ```\n    x\n   ```\n", [("", " x\n")]),
    "a paragraph in a quote goes on": ("> - a\nb\n>   ```\n>   x\n>   ```\n", [("", "x\n")]),
    "a heading does not go on": ("- # a\nb\n  ```\n x\n  ```\n", [("", "x\n")]),
    "an underlined heading does not go on": ("> a\n> ---\nb\n> ```\n> x\n> ```\n", [("", "x\n")]),
    "a tab after a marker": ("-\t```\n\tx\n\t```\n", [("", "x\n")]),
}


@pytest.mark.parametrize("name", FENCES)
def test_fences(name: str) -> None:
    text, expected = FENCES[name]
    assert in_all_ways(text) == expected


@pytest.mark.parametrize("name", CONTAINERS)
def test_fences_in_quotes_and_lists(name: str) -> None:
    text, expected = CONTAINERS[name]
    assert in_all_ways(text) == expected


def test_any_text_is_cut_anywhere_and_gives_the_same() -> None:
    parts = ["```", "~~~", "`", " ", "    ", "\t", "> ", "- ", "1. ", "\n", "\n", "\n\n", "x", "# h", "---", "\r\n"]
    for seed in range(400):
        chance = random.Random(seed)
        in_all_ways("".join(chance.choices(parts, k=30)))


def test_code_leaves_at_once_but_for_what_may_be_a_fence() -> None:
    extractor = Extractor()
    given = []
    for piece in ("```p", "y\n", "x", " = ", "1\n", "`", "`", "y\n", "  ", "z", "\n``", "`", "  ", "\n"):
        given.append("".join(f.text if isinstance(f, Code) else type(f).__name__ for f in extractor.feed(piece)))
    assert given == ["", "Start", "x", " = ", "1\n", "", "", "``y\n", "", "  z", "\n", "", "", "End"]


def test_what_a_quote_asks_for_is_waited_for() -> None:
    extractor = Extractor()
    extractor.feed("> ```\n")
    assert [extractor.feed(piece) for piece in (">", " ", "x")] == [[], [], [Code("x")]]


def test_the_line_before_a_fence_goes_with_it() -> None:
    text = "# First\n\n**x.py**\n\n```\n```\n\n```\n```\n1. `y.py`:\n   ```\n   ```\n"
    assert [found.before for found in find([text]) if isinstance(found, Start)] == ["**x.py**", "", "`y.py`:"]


def test_the_end_of_a_block_is_counted_in_characters() -> None:
    text = "Hé\n```\nx\n```\ny\n> ```\n> z\nmore"
    ends = [text[: found.at] for found in find([text]) if isinstance(found, End)]
    assert ends == ["Hé\n```\nx\n```\n", "Hé\n```\nx\n```\ny\n> ```\n> z\n"]


@pytest.mark.parametrize(
    ("text", "printed"),
    [
        ("a\n```\nx\n```\nb\n```\n", "a\n```\nx\n```\n"),
        ("a\n> ```\n> x\nb\n```\n", "a\n> ```\n> x\n"),
        ("a\n```\nx", "a\n```\nx"),
        ("no code", "no code"),
    ],
)
def test_an_answer_stops_after_its_first_block(text: str, printed: str) -> None:
    stopper = FirstBlock(None, None)
    assert stopper.feed(text) + stopper.close() == printed
    stopper = FirstBlock(None, None)
    bits = [stopper.feed(char) for char in text]
    # What is printed already cannot be taken back.
    assert ("".join(bits) + stopper.close()).startswith(printed)
    assert stopper.stopped == (printed != text)


def test_a_match_may_come_before_the_first_block() -> None:
    stopper = FirstBlock(re.compile("x"), None)
    assert stopper.feed("a x\n```\ny\n```\n") == "a x"
    assert stopper.stopped


@pytest.mark.parametrize(
    ("begin", "more"), [("```\n", "`"), ("```\n```", " "), ("", "x"), ("", ">"), ("```\n", " "), (">```\n", ">")]
)
def test_no_line_costs_more_than_its_length(begin: str, more: str) -> None:
    assert_grows_linearly(lambda size: consume([begin, *(more for _ in range(size)), "\n"]), 10_000)


def consume(text: Iterable[str]) -> None:
    find(text)
