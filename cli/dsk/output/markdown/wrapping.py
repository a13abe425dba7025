"""Lines broken into rows, so that rows that are full stay as they are when more text follows."""

from __future__ import annotations

import re
from collections.abc import Iterator

from dsk.output.markdown.cells import Cluster, clusters, width_of
from dsk.output.markdown.rows import Row, Span, merged, sliced, text_of
from dsk.records import NamedTuple

_PIECES = re.compile(r"\n| +|[^ \n]+")
# Not at the beginning of a row, in Chinese and Japanese.
_CLOSING = frozenset("、。，．：；！？）」』】〕》〉”’…ー々")  # noqa: RUF001


class Extent(NamedTuple):
    """The characters of one row: from ``start`` to ``end``, the space around it left out."""

    start: int
    end: int


def extents(text: str, width: int, first: int) -> list[Extent]:
    """The rows that a text is broken into, between words where that is possible.

    ``first`` cells of the first row are taken already. A word that does not fit goes to the next row; one that fits
    in no row begins on one of its own. What is appended to the text never changes where an earlier row begins.
    """
    rows: list[Extent] = []
    start = end = 0
    column = first
    for piece in _PIECES.finditer(text):
        word = piece[0]
        if word == "\n":
            rows.append(Extent(start, end))
            start = end = piece.end()
            column = 0
        elif word[0] == " ":
            column += len(word)
        else:
            for at, unit, cells in _units(word, piece.start(), width):
                if column + cells > width and column:
                    rows.append(Extent(start, end))
                    start, column = at, 0
                column += cells
                end = at + len(unit)
    rows.append(Extent(start, end))
    return rows


def wrapped(spans: Row, width: int, first: int = 0) -> list[Row]:
    """Styled text as rows."""
    return [merged(sliced(spans, *extent)) for extent in extents(text_of(spans), width, first)]


def chopped(spans: Row, width: int) -> list[Row]:
    """One line of code as rows: every column counts, so that it is cut where the row is full."""
    rows: list[Row] = []
    row: list[Span] = []
    column = 0
    if len(spans) == 1 and spans[0].text.isascii():
        text, style = spans[0]
        return [(Span(text[at : at + width], style),) for at in range(0, len(text), width)]
    for text, style in spans:
        for cluster in clusters(text, width):
            if column + cluster.width > width and column:
                rows.append(merged(row))
                row, column = [], 0
            row.append(Span(cluster.text, style))
            column += cluster.width
    return [*rows, merged(row)]


def _units(word: str, at: int, width: int) -> Iterator[tuple[int, str, int]]:
    """The parts of a word that are not to be broken: their place, text and cells."""
    if word.isascii() and len(word) <= width:
        yield at, word, len(word)
        return
    unit, cells = "", 0
    was_wide = False
    for cluster in clusters(word, width):
        is_wide = cluster.width > 1
        if unit and _may_break(cluster, was_wide=was_wide):
            yield from _fitting(at, unit, cells, width)
            at += len(unit)
            unit, cells = "", 0
        unit += cluster.text
        cells += cluster.width
        was_wide = is_wide
    yield from _fitting(at, unit, cells, width)


def _may_break(cluster: Cluster, *, was_wide: bool) -> bool:
    return (was_wide or cluster.width > 1) and cluster.text not in _CLOSING


def _fitting(at: int, unit: str, cells: int, width: int) -> Iterator[tuple[int, str, int]]:
    if cells <= width:
        yield at, unit, cells
        return
    # It begins on a row of its own, as it did before it was known to be too long.
    part, taken = "", 0
    for cluster in clusters(unit, width):
        if taken + cluster.width > width and part:
            yield at, part, taken
            at += len(part)
            part, taken = "", 0
        part += cluster.text
        taken += cluster.width
    yield at, part, width_of(part)
