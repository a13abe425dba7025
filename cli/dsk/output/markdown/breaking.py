"""Where a text that would be taller than the screen is broken off, to go on as another."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dsk.output.markdown.cells import width_of
from dsk.output.markdown.layout import REST, margin
from dsk.output.markdown.rows import text_of
from dsk.output.markdown.wrapping import extents

if TYPE_CHECKING:
    from dsk.output.markdown.leaf_rows import Started
    from dsk.output.markdown.leaves import Leaf
    from dsk.output.markdown.rows import Look


def end_of_screen(leaf: Leaf, started: Started, look: Look, width: int, cap: int) -> int | None:
    """The character of the content that would be the first one too many for ``cap`` rows, None if there is room.

    The text is measured with its marks, which are shown or not: what is shown is never longer.
    """
    skipped = len(REST) if started.is_rest else 0
    text = leaf.content[skipped:]
    at_left = margin(leaf, width, look, is_rest=started.is_rest)
    cells = len(text) if text.isascii() else 2 * len(text)
    # Two rows that follow each other hold more than one could, unless a line ends.
    if 2 * cells // at_left.width + text.count("\n") + 2 <= cap:
        return None
    taken = width_of(text_of(started.lead)) - width_of(text_of(at_left.rest)) if started.lead else 0
    rows = extents(text.replace("\t", " "), at_left.width, max(taken, 0))
    return rows[cap].start + skipped if len(rows) > cap else None
