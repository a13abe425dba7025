"""Whatever the pieces and the screen: the same rows in the end, and each piece seen at once."""

from __future__ import annotations

import os
import random
import re

import pytest

from tests.conftest import CHAOS_SEED
from tests.output.markdown.documents import document
from tests.output.markdown.emulator import PLAIN, STYLED, Showing, bare, pieces, shown

SIZES = [(80, 24), (40, 24), (40, 10), (100, 6), (20, 40), (13, 5), (60, 3)]
DOCUMENTS = 6


def drawn(number: int, width: int, height: int) -> tuple[random.Random, str]:
    """The documents of this run; ``DSK_CHAOS_SEED`` gives them again."""
    source = random.Random(f"{os.environ[CHAOS_SEED]} {number} {width} {height}")
    return source, document(source)


@pytest.mark.parametrize(("width", "height"), SIZES)
@pytest.mark.parametrize("number", range(DOCUMENTS))
def test_any_cuts_leave_the_rows_that_the_whole_text_leaves(number: int, width: int, height: int) -> None:
    source, text = drawn(number, width, height)
    look = source.choice([PLAIN, STYLED])
    whole = shown(text, width, height, look)
    cuts = sorted(source.sample(range(len(text)), min(len(text), 60)))
    assert shown(text, width, height, look, cuts) == whole
    if len(text) < 1000:
        assert shown(text, width, height, look, range(1, len(text))) == whole


def is_surplus(text: str) -> bool:
    """Whether its end may be in a cell for which a table has no column: GFM shows nothing of those."""
    block = re.split(r"\n[\s>]*\n", text)[-1]
    columns = [rule.count("|") - 1 for rule in re.findall(r"\|(?:[:-]{3}\|)+$", block, re.MULTILINE)]
    cells = block.rpartition("\n")[2].lstrip(" >").removeprefix("|").split("|")
    return bool(columns) and len(cells) > min(columns)


@pytest.mark.parametrize(("width", "height"), SIZES)
def test_the_end_of_what_has_come_is_on_the_screen(width: int, height: int) -> None:
    source, text = drawn(DOCUMENTS, width, height)
    showing = Showing(width, height, PLAIN)
    so_far = ""
    for piece in pieces(text, sorted(source.sample(range(len(text)), min(len(text), 200)))):
        showing.feed(piece)
        so_far += piece
        letters = [char for char in piece.split("\n")[-1] if char.isascii() and char.isalpha()]
        # Of an entity and of a box nothing is seen but what it stands for.
        if letters and not {"&", "[", "]", ";"} & set(piece) and not is_surplus(so_far):
            assert letters[-1] in showing.screen.shown(), repr(piece)


@pytest.mark.parametrize(("width", "height"), SIZES)
def test_what_has_left_the_screen_never_changes(width: int, height: int) -> None:
    source, text = drawn(DOCUMENTS + 1, width, height)
    showing = Showing(width, height)
    before: list[str] = []
    for piece in pieces(text, sorted(source.sample(range(len(text)), min(len(text), 200)))):
        showing.feed(piece)
        after = showing.screen.history()
        assert after[: len(before)] == before
        before = after
    showing.close()
    assert showing.screen.rows() == shown(text, width, height)


@pytest.mark.parametrize("number", range(DOCUMENTS))
def test_nothing_is_written_but_text_styles_and_small_moves(number: int) -> None:
    source, text = drawn(number, 40, 10)
    showing = Showing(40, 10)
    for piece in pieces(text, sorted(source.sample(range(len(text)), min(len(text), 100)))):
        assert "\x1b" not in bare(showing.feed(piece))
    assert "\x1b" not in bare(showing.close())


def test_a_word_more_is_only_added() -> None:
    showing = Showing()
    assert showing.feed("one") == "one"
    assert showing.feed(" two") == " two"
    assert showing.feed(" **thr") == " **thr"
    assert showing.feed("ee**").startswith("\x1b[9G")
    assert showing.feed(" four") == " four"
    assert showing.close() == ""


def test_a_finished_block_is_never_written_again() -> None:
    showing = Showing()
    showing.feed("# Title\n\nfirst paragraph\n\n")
    written = [showing.feed(piece) for piece in ("second", " paragraph", "\n\n", "- item", "\n", "- other", "\n")]
    assert not [text for text in written if "first" in text or "Title" in text]
    assert not [text for text in written if "\x1b[2A" in text or "\x1b[3A" in text]


def test_a_text_taller_than_the_screen_loses_nothing() -> None:
    words = [f"word{number}" for number in range(400)]
    found = shown(" ".join(words), 40, 8, cuts=range(0, 3000, 7))
    assert " ".join(found).split() == words
    assert max(len(row) for row in found) <= 40


def test_a_table_taller_than_the_screen_keeps_its_columns() -> None:
    lines = ["| name | value |", "|---|---|", *(f"| row {number} | {number * number} |" for number in range(60))]
    found = shown("\n".join(lines), 40, 10, cuts=range(0, 1000, 5))
    cells = [[cell.strip() for cell in row.split("│")] for row in found[2:]]
    assert cells == [[f"row {number}", str(number * number)] for number in range(60)]
    assert len({row.index("│") for row in found if "│" in row}) == 1


def test_a_message_in_between_takes_nothing_away() -> None:
    showing = Showing(40, 10)
    showing.feed("A paragraph that is **not")
    showing.screen.feed("\ndsk: a message\n")
    showing.cut()
    showing.feed("** ready yet\n\nand more")
    showing.close()
    assert showing.screen.rows() == ["A paragraph that is **not", "dsk: a message", "** ready yet", "", "and more"]


def test_a_message_in_a_table_and_in_code_takes_nothing_away() -> None:
    showing = Showing(40, 24)
    showing.feed("| a | b |\n|---|---|\n| 1 | 2 |\n| 3")
    showing.screen.feed("\ndsk: a message\n")
    showing.cut()
    showing.feed(" | 4 |\n\n```\nfirst\nsec")
    showing.screen.feed("\ndsk: another\n")
    showing.cut()
    showing.feed("ond\n```\n")
    showing.close()
    rows = showing.screen.rows()
    assert rows[-8:] == ["3    │ 4", "", "```", "first", "sec", "dsk: another", "second", "```"]
    assert rows[:3] == ["a  │ b", "───┼───", "1  │ 2"]
