"""A place in a text is found exactly, or told exactly why there is none."""

from __future__ import annotations

import pytest

from dsk.errors import UsageFault
from dsk.prompt.cursor import Gap, Place, at_mark, at_place, nearest, parse_place

TEXT = "eins\n\nüber 👩‍🚀\r\nend"


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ("main.py:10:5", Place("main.py", 10, 5)),
        ("-:1:1", Place("-", 1, 1)),
        ("a:b:1:2:3", Place("a:b:1", 2, 3)),
        ("x:007:010", Place("x", 7, 10)),
    ],
)
def test_a_place_is_a_file_a_line_and_a_column(text: str, place: Place) -> None:
    assert parse_place(text) == place


@pytest.mark.parametrize("text", ["main.py", "main.py:1", "main.py:1:", "main.py:0:1", "main.py:1:0", ":1:1", "f:1:-1"])
@pytest.mark.parametrize("digit", ["1", "²"])
def test_anything_else_is_none(text: str, digit: str) -> None:
    with pytest.raises(UsageFault) as caught:
        parse_place(text.replace("1", digit))
    assert caught.value.what == f"--at {text.replace('1', digit)}"


@pytest.mark.parametrize(
    ("line", "column", "before"),
    [
        (1, 1, ""),
        (1, 5, "eins"),
        (2, 1, "eins\n"),
        (3, 5, "eins\n\nüber"),
        # Three characters make one astronaut; the carriage return is no part of the line.
        (3, 9, "eins\n\nüber 👩‍🚀"),
        (4, 4, TEXT),
    ],
)
def test_lines_and_columns_count_from_one_and_columns_are_characters(line: int, column: int, before: str) -> None:
    assert at_place(TEXT, Place("f", line, column), "f") == Gap(before, TEXT[len(before) :])


@pytest.mark.parametrize(
    ("line", "column", "why"),
    [
        (1, 6, "column 5 is the end of line 1 of f"),
        (2, 2, "column 1 is the end of line 2 of f"),
        (3, 10, "column 9 is the end of line 3 of f"),
        (5, 1, "f has 4 lines and ends at 4:4"),
        (10**17, 1, "f has 4 lines and ends at 4:4"),
    ],
)
def test_a_place_that_is_not_there_is_told(line: int, column: int, why: str) -> None:
    with pytest.raises(UsageFault) as caught:
        at_place(TEXT, Place("f", line, column), "f")
    assert (caught.value.what, caught.value.why) == (f"--at f:{line}:{column}", why)


@pytest.mark.parametrize(
    ("text", "size"),
    [
        ("", "0 lines and ends at 1:1"),
        ("\ufeffa", "1 line and ends at 1:2"),
        ("\ufeffa\r\n", "1 line and ends at 2:1"),
        ("a\n\nbc\n", "3 lines and ends at 4:1"),
    ],
)
def test_lines_are_counted_as_others_do_and_the_end_is_a_place(text: str, size: str) -> None:
    with pytest.raises(UsageFault) as caught:
        at_place(text, Place("f", 9, 1), "f")
    assert caught.value.why == f"f has {size}"
    line, column = map(int, size.rpartition(" ")[2].split(":"))
    assert at_place(text, Place("f", line, column), "f") == Gap(text, "")


def test_after_a_last_newline_there_is_one_more_line() -> None:
    assert at_place("a\n", Place("f", 2, 1), "f") == Gap("a\n", "")
    assert at_place("", Place("f", 1, 1), "f") == Gap("", "")


def test_a_byte_order_mark_is_no_character_of_the_first_line() -> None:
    assert at_place("\ufeffab\n", Place("f", 1, 2), "f") == Gap("\ufeffa", "b\n")


def test_the_mark_is_taken_out() -> None:
    assert at_mark("a<cursor>b", "<cursor>", "f") == Gap("a", "b", "<cursor>")


def test_a_mark_must_be_there_once() -> None:
    with pytest.raises(UsageFault) as none:
        at_mark("ab", "|", "f")
    with pytest.raises(UsageFault) as many:
        at_mark("|\n\n|a|\n|", "|", "f")
    assert none.value.message == "there is no cursor mark | in f"
    assert many.value.message == "the cursor mark | is in f 4 times: on lines 1, 3, 3, ..."


@pytest.mark.parametrize(
    ("before", "after", "most", "kept"),
    [
        (100, 100, 0, (100, 100)),
        (100, 100, 200, (100, 100)),
        (100, 100, 100, (75, 25)),
        (10, 100, 100, (10, 90)),
        (100, 10, 100, (90, 10)),
        (100, 0, 100, (100, 0)),
        (100, 100, 1, (0, 1)),
    ],
)
def test_the_nearest_characters_are_sent_three_quarters_of_them_from_before(
    before: int, after: int, most: int, kept: tuple[int, int]
) -> None:
    gap = nearest(Gap("b" * before, "a" * after, "|"), most)
    assert (len(gap.before), len(gap.after)) == kept


def test_no_line_is_cut_near_its_end_or_its_beginning() -> None:
    line = "123456789\n"
    assert nearest(Gap(line * 20, line * 20), 97) == Gap(line * 7, line * 2)
    # But a long one is.
    assert nearest(Gap("b" * 99 + "\n", "\n" + "a" * 99), 80) == Gap("b" * 59 + "\n", "\n" + "a" * 19)
