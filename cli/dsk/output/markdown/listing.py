"""A piece of code as rows."""

from __future__ import annotations

from collections.abc import Sequence

from dsk.output.markdown.cells import without_tabs
from dsk.output.markdown.code import LONGEST, Highlighter
from dsk.output.markdown.inline import CODE
from dsk.output.markdown.leaves import Leaf
from dsk.output.markdown.rows import DEFAULT, DIM, Look, Row, Span, merged, plain_row, text_of
from dsk.output.markdown.wrapping import chopped

INDENT = " " * 4


def content_lines(leaf: Leaf) -> list[str]:
    """The lines of the code."""
    lines = leaf.content.split("\n")
    return lines if lines[-1] else lines[:-1]


def fence_row(leaf: Leaf, look: Look) -> Row:
    """The fence, with the language behind it: it stays visible, so that it is seen where a piece of code ends."""
    return (Span(f"{leaf.mark}{leaf.info.strip()}", DIM if look.is_styled else DEFAULT),)


def indented_rows(lines: Sequence[str], look: Look, width: int) -> list[Row]:
    """Lines of code that no fence is around: its columns tell them from text, where there are any to spare."""
    indent = INDENT if width > 2 * len(INDENT) else ""
    style = CODE if look.is_styled else DEFAULT
    return [
        merged([Span(indent, DEFAULT), *row]) if row else row
        for line in lines
        for row in chopped(merged([Span(without_tabs(line), style)]), width - len(indent))
    ]


def code_rows(lines: Sequence[str], highlighter: Highlighter, width: int, cap: int | None) -> list[Row]:
    """Lines of code that stand below what has passed the highlighter. Of a line of more than ``cap`` rows only so
    many are coloured, and none of a line beyond what a highlighter takes: what comes after them does not change how
    they look."""
    most = max(LONGEST // width, 1)
    most = most if cap is None else min(cap, most)
    rows: list[Row] = []
    for line in lines:
        text = without_tabs(line)
        plain = chopped(plain_row(text), width)
        coloured = text if len(plain) <= most else "".join([text_of(row) for row in plain[:most]])
        first = chopped(highlighter.row(coloured), width)
        rows += [*first, *plain[len(first) :]]
    return rows
