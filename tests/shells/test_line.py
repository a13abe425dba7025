"""A command line that is being typed, cut into words."""

from __future__ import annotations

import pytest

from dsk.shells.line import Line, split

# bash's own, in an interactive shell.
BREAKS = " \t\n\"'@><=;|&(:"


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("", Line((), "")),
        ("dsk", Line((), "dsk")),
        ("dsk ", Line(("dsk",), "")),
        ("dsk  ask\thi", Line(("dsk", "ask"), "hi")),
        ("dsk ask 'a b' \"c d\" e\\ f ", Line(("dsk", "ask", "a b", "c d", "e f"), "")),
        ("dsk ask '' x", Line(("dsk", "ask", ""), "x")),
        ('dsk "a\\"b\\d" ', Line(("dsk", 'a"b\\d'), "")),
    ],
)
def test_words_lose_their_quotes(text: str, line: Line) -> None:
    assert split(text) == line


@pytest.mark.parametrize(
    ("text", "current", "kept"),
    [
        ("dsk ask --model=deep", "--model=deep", 8),
        ("dsk ask --model=", "--model=", 8),
        ("dsk ask -m qwen3:8", "qwen3:8", 6),
        ("dsk ask -s @fi", "@fi", 0),
        ("dsk ask --system=@fi", "--system=@fi", 9),
        ("dsk ask --file='a b", "--file=a b", 7),
        ("dsk ask 'a=b", "a=b", 0),
        ("dsk ask a\\=b", "a=b", 0),
    ],
)
def test_bash_begins_a_word_at_each_of_its_breaks(text: str, current: str, kept: int) -> None:
    found = split(text, BREAKS)
    words = ("dsk", "ask", *(["-m"] if "-m " in text else ["-s"] if "-s " in text else []))
    assert found._replace(quote="") == Line(words, current, kept)


@pytest.mark.parametrize(("text", "quote"), [("dsk 'a b", "'"), ('dsk "a', '"'), ("dsk 'a'", ""), ("d\\ a", "")])
def test_an_open_quote_is_told(text: str, quote: str) -> None:
    assert split(text, BREAKS).quote == quote


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("dsk ask hi > fi", Line(("dsk", "ask", "hi"), "fi", 0, True)),
        ("dsk ask hi >fi", Line(("dsk", "ask", "hi"), "fi", 0, True)),
        ("dsk ask hi 2>> fi", Line(("dsk", "ask", "hi"), "fi", 0, True)),
        ("dsk ask hi > file -", Line(("dsk", "ask", "hi"), "-")),
        ("dsk ask 3 ", Line(("dsk", "ask", "3"), "")),
        ("dsk ask '>' x", Line(("dsk", "ask", ">"), "x")),
    ],
)
def test_redirections_are_no_words_of_the_program(text: str, line: Line) -> None:
    assert split(text) == line
