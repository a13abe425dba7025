"""Rows with what was found in a text, for a terminal: whatever its width, what was found is what is seen.

A narrow terminal gets fewer columns, and of the text the part around what was found.
"""

from __future__ import annotations

from collections.abc import Sequence

from dsk.output.table import fitted, room, width_of

# Columns of the text, before other fields are left out for it.
WANTED = 30


def found_table(
    heading: Sequence[str],
    rows: Sequence[Sequence[str]],
    places: Sequence[tuple[str, str, str]],
    dispensable: Sequence[str],
    columns: int,
) -> str:
    """The rows aligned, each with its place as its last field, in lines of at most so many columns; 0: any number.

    A place is one line in three pieces: what is before what was found, that, and what is after it. ``dispensable`` are
    the headings of the fields that may be left out, first to last, until there is room for what was found.
    """
    wanted = max([WANTED, *(width_of(found) + 2 for _, found, _ in places)])
    kept = list(range(len(heading) - 1))
    gone = list(dispensable) if columns else []
    while rows and gone and room(_chosen([heading, *rows], kept), columns) < wanted:
        kept.remove(heading.index(gone.pop(0)))
    width = room(_chosen([heading, *rows], kept), columns)
    texts = [around(*place, width) for place in places]
    lines = [[*fields, text] for fields, text in zip(_chosen(rows, kept), texts, strict=True)]
    return fitted([*_chosen([heading], kept)[0], heading[-1]], lines, columns)


def around(before: str, found: str, after: str, columns: int) -> str:
    """The line from shortly before what was found, which is in its first ``columns`` then if it fits at all."""
    # Two ellipses may be needed.
    free = min(columns // 2, columns - width_of(found) - 1)
    return f"{before if width_of(before) <= free else _end(before, free)}{found}{after}"


def _end(text: str, columns: int) -> str:
    """The last words of a text, or the end of a long one, after an ellipsis."""
    begin, used = len(text), 1
    while begin and used + width_of(text[begin - 1]) <= columns:
        begin -= 1
        used += width_of(text[begin])
    _, space, words = text[begin:].partition(" ")
    return f"…{words if space and words and text[begin - 1] != ' ' else text[begin:]}" if columns > 0 else ""


def _chosen(rows: Sequence[Sequence[str]], kept: Sequence[int]) -> list[list[str]]:
    return [[row[i] for i in kept] for row in rows]
