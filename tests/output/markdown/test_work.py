"""Twice the text is twice the work. It is counted in calls, which a busy machine does not change."""

from __future__ import annotations

import os
import random
from collections.abc import Callable, Iterable
from cProfile import Profile
from functools import partial

import pytest

from dsk.output.markdown.document import Document
from dsk.output.markdown.rows import text_of
from tests.conftest import CHAOS_SEED
from tests.output.markdown.documents import document
from tests.output.markdown.emulator import STYLED, Showing, pieces, shown

LONG = {
    "a table": lambda lines: "| a | b |\n|---|---|\n" + "| 1 | **b** |\n" * lines,
    "a paragraph": lambda lines: "some *words* in a line\n" * lines,
    "a line": lambda lines: "some *words* in a line " * lines,
    "a quote": lambda lines: "> some *words* in a line\n" * lines,
    "an item": lambda lines: "- some *words* in a line\n" * lines,
    "a quote of paragraphs": lambda lines: "> some *words*\n>\n" * (lines // 4),
    "an item of paragraphs": lambda lines: "- item\n" + "\n  some *words*\n" * (lines // 4),
    "a list in an item": lambda lines: "1. item\n" + "   * some *words*\n" * (lines // 4),
    "indented code": lambda lines: "    x = 1\n\n\n" * (lines // 10),
    "a text in code": lambda lines: "```python\nx = '''\n" + "ab\n" * lines + "'''\n```\n",
    "a line of code": lambda lines: "```python\n" + 'x = "' * lines + "\ny = 1\n" * 9 + "```\n",
}


def calls(action: Callable[[], object]) -> int:
    """How many calls of functions an action takes."""
    profile = Profile()
    profile.runcall(action)
    return sum(entry.callcount for entry in profile.getstats())


def printed(text: str, cuts: Iterable[int] = ()) -> list[str]:
    """The rows of a text where there is no screen."""
    found = Document(STYLED, 80, None)
    for piece in pieces(text, cuts):
        found.feed(piece)
    found.close()
    return [text_of(row) for row in found.take()]


def painted(text: str, cuts: Iterable[int] = ()) -> None:
    showing = Showing()
    for piece in pieces(text, cuts):
        showing.document.feed(piece)
        showing.painter.paint(showing.document.take(), showing.document.live(), 24)
    showing.document.close()


@pytest.mark.parametrize("show", [printed, painted])
@pytest.mark.parametrize("name", LONG)
def test_three_times_the_text_is_three_times_the_work(name: str, show: Callable[[str], object]) -> None:
    show(LONG[name](10))
    once, thrice = (calls(partial(show, LONG[name](lines))) for lines in (200, 600))
    assert thrice < 4 * once


@pytest.mark.parametrize("number", range(2))
def test_a_long_block_looks_like_its_parts_by_themselves(number: int) -> None:
    source = random.Random(f"{os.environ[CHAOS_SEED]} {number} long")
    # How far a tab goes depends on what stands before it, and empty rows at the end are not told from the screen.
    lines = [*document(source, depth=1, most=15).replace("\t", "    ").split("\n"), "", "end"]
    alone = shown("\n".join(lines), 78, 24)
    quoted = shown("\n".join(f"> {line}" for line in lines), 80, 24, cuts=range(0, 100_000, 17))
    assert quoted == [f"│ {row}".rstrip() for row in alone]
    item = shown("1. " + "\n   ".join(["First.", "", *lines]), 81, 24)
    assert item[:2] == ["1. First.", ""]
    assert item[2:] == [f"   {row}".rstrip() for row in alone]


@pytest.mark.parametrize("marks", ["[", "!["])
def test_brackets_that_are_never_closed_are_no_more_work_than_words(marks: str) -> None:
    printed(marks)
    length = 6000
    assert calls(partial(printed, marks * (length // len(marks)))) < 10 * calls(partial(printed, "ab " * (length // 3)))


@pytest.mark.parametrize("number", range(12))
def test_without_a_screen_any_cuts_give_the_same_rows(number: int) -> None:
    source = random.Random(f"{os.environ[CHAOS_SEED]} {number}")
    long = "words that go on\n" * source.choice([0, 100, 300])
    text = long + document(source, most=20) + "\n" + long + document(source)
    cuts = sorted(source.sample(range(len(text)), min(len(text), 300)))
    assert printed(text, cuts) == printed(text)


def test_without_a_screen_a_long_block_is_given_away_when_it_has_ended() -> None:
    for block in ("words that go on\n" * 300, "|a|b|\n|-|-|\n" + "|1|2|\n" * 300):
        found = Document(STYLED, 80, None)
        found.feed(f"{block}\n")
        assert len(found.take()) >= 300


def test_without_a_screen_a_message_in_between_takes_nothing_away() -> None:
    found = Document(STYLED, 80, None)
    found.feed("one\n\ntwo")
    found.cut()
    found.feed(" three\n")
    found.close()
    assert [text_of(row) for row in found.take()] == ["one", "", "two three"]


def test_code_below_a_long_text_is_coloured_as_it_is_by_itself() -> None:
    code = "```python\nx = '''\nreturn\n'''\nreturn 1\n```\n"
    alone, below = (Document(STYLED, 80, None) for _ in range(2))
    alone.feed(code)
    below.feed("words that go on\n" * 301 + code)
    assert below.take()[-6:] == alone.take()
