"""Rows for people and for scripts: aligned under a heading, or separated by tabs without one."""

from __future__ import annotations

from collections.abc import Sequence
from unicodedata import east_asian_width

# The least columns of the last field, before the line itself is cut.
LEAST_WIDTH = 20


def table(heading: Sequence[str], rows: Sequence[Sequence[str]], *, aligned: bool) -> str:
    """The rows as lines. Aligned is for a terminal; otherwise fields are separated by one tab each, so that
    cut(1) and awk(1) can take them apart."""
    if not aligned:
        return "".join("\t".join(row) + "\n" for row in rows)
    lines = [heading, *rows]
    widths = [max(len(line[i]) for line in lines) for i in range(len(heading))]
    return "".join(
        "  ".join(field.ljust(width) for field, width in zip(line, widths, strict=True)).rstrip() + "\n"
        for line in lines
    )


def fitted(heading: Sequence[str], rows: Sequence[Sequence[str]], columns: int) -> str:
    """The same aligned, in lines of at most so many columns: the last field is cut first, then the line.
    A terminal that does not know its size has 0."""
    width = room([[*line[:-1]] for line in [heading, *rows]], columns)
    lines = table(heading, [[*row[:-1], cut(row[-1], width)] for row in rows], aligned=True).splitlines()
    return "".join((cut(line, columns) if columns else line) + "\n" for line in lines)


def room(lines: Sequence[Sequence[str]], columns: int) -> int:
    """The columns that are left for one more field after these, which are aligned."""
    before = sum(max(len(line[i]) for line in lines) + 2 for i in range(len(lines[0])))
    return max(columns - before, LEAST_WIDTH)


def width_of(text: str) -> int:
    """The columns of a terminal that a line takes, at most."""
    return sum(2 if east_asian_width(char) in "WF" else 1 for char in text)


def cut(text: str, columns: int) -> str:
    """The beginning of a line, with an ellipsis if that is not all, so that it takes at most so many columns of a
    terminal, on which East Asian characters take two (Unicode Standard Annex 11)."""
    used = 0
    for end, char in enumerate(text):
        width = width_of(char)
        if used + width > columns - 1 and (end + 1 < len(text) or used + width > columns):
            return text[:end] + "…"
        used += width
    return text
