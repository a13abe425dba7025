"""A call as a terminal shows it: the arguments cannot look like anything else."""

from __future__ import annotations

import pytest

from dsk.tools.showing import LEAST_WIDTH, MARK, shown

RUN = "dsk: run now"
ANSWERS = "(a)lways, or (q)uit: "


def test_short_arguments_stand_in_the_line_of_the_call() -> None:
    for text in ('{"a": 1}', "{}", '{"a": "        "}'):
        assert shown("now", text, 80, 24) == (
            f"the model calls now {text}",
            "",
            f"{RUN}? (y)es, (n)o, {ANSWERS}",
            "",
        )


def test_longer_ones_stand_below_it_behind_marks_and_are_counted() -> None:
    heading, lines, question, whole = shown("now", f'{{"a": "{"x" * 991}"}}', 80, 24)
    assert (heading, whole) == ("the model calls now:", "")
    assert question == f"{RUN} with 1,000 characters of arguments? (y)es, (n)o, {ANSWERS}"
    assert lines.splitlines()[0] == f'| {{"a": "{"x" * 70}'
    assert "".join(line.removeprefix(MARK) for line in lines.splitlines()) == f'{{"a": "{"x" * 991}"}}'


def test_many_blanks_are_a_number() -> None:
    text = f'{{"a": "{" " * 5000}b{" " * 8}c{chr(0xA0) * 3}{chr(0x2800) * 6}"}}'
    assert shown("now", text, 80, 24).heading == f'the model calls now {{"a": "<5,000 blanks>b{" " * 8}c<9 blanks>"}}'


@pytest.mark.parametrize("filler", [" ", "x", "\u4e2d", "\u0301", "\u00b7", "\t", "\x1b[2J\r", "\u202e\u2028"])
@pytest.mark.parametrize(("width", "height"), [(100, 30), (33, 9), (5, 2)])
def test_no_line_is_broken_by_the_terminal_or_begins_with_the_models_words(
    filler: str, width: int, height: int
) -> None:
    text = f'{{"cmd": "rm -rf ~", "pad": "{filler * 5000}dsk: run now? (y)es{filler * 70}"}}'
    heading, lines, question, whole = shown("echo", text, width, height)
    assert heading in ("the model calls echo:", f"the model calls echo {text}")
    for line in [*lines.splitlines(), *whole.splitlines()]:
        assert line.startswith(MARK) or (line.startswith("dsk: ") and line.endswith(" lines are left out here")), line
        most = sum(1 if char.isascii() else 2 for char in line)
        assert most < max(width, LEAST_WIDTH) or not line.startswith(MARK)
    # The beginning and the end are on the screen with the question, whatever is between them.
    assert len(lines.splitlines()) <= max(height - 6, 4)
    assert '| {"cmd": "rm -r' in lines
    assert lines.endswith('"}\n')
    assert f"{len(text):,} characters" in question
    assert ("(v)iew all" in question) == bool(whole) == ("left out" in lines)
