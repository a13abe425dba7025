"""One leaf as rows: all of it, or what is left after its beginning was given away."""

from __future__ import annotations

from dsk.output.markdown.code import Highlighter
from dsk.output.markdown.layout import Margin, beside, flow, margin, ruler
from dsk.output.markdown.leaves import Leaf, Table
from dsk.output.markdown.listing import code_rows, content_lines, fence_row, indented_rows
from dsk.output.markdown.rows import EMPTY, Look, Row
from dsk.output.markdown.table import columns, fits, roomy, table_rows
from dsk.records import NamedTuple


class Started(NamedTuple):
    """What of the open leaf has been given away already.

    ``is_begun``: its first rows; ``is_rest``: the beginning of its text, whose last row is ``lead`` unless it has
    ended. ``lines`` counts those of code, ``widths`` and ``table_rows`` are those of a table that is given away row
    by row.
    """

    is_begun: bool = False
    is_rest: bool = False
    lead: Row | None = None
    highlighter: Highlighter | None = None
    lines: int = 0
    widths: tuple[int, ...] | None = None
    table_rows: int = 0


NOTHING = Started()


def rows_of(leaf: Leaf, started: Started, look: Look, width: int, cap: int | None, *, is_live: bool) -> list[Row]:
    """The rows of a leaf that have not been given away yet. ``cap``: no more of them should be on the screen.
    ``is_live``: its last line has not ended."""
    at_left = margin(leaf, width, look, is_rest=started.is_begun)
    match leaf.kind:
        case "text" | "heading":
            return flow(leaf, width, look, started.lead, is_rest=started.is_rest)
        case "rule":
            return ruler(leaf, width, look)
        case "empty":
            return beside(at_left, [EMPTY])
        case "code":
            return _rows_of_code(leaf, started, look, at_left, cap)
        case "table":
            assert leaf.table
            return _rows_of_table(leaf.table, started, look, at_left, cap if is_live else None)


def known_columns(table: Table, at_left: Margin, look: Look) -> tuple[int, ...]:
    """The widths that the columns are to keep, by what there is without the last row: with some room for more."""
    return roomy(columns(table._replace(rows=table.rows[:-1] or table.rows), at_left.width, look), at_left.width)


def _rows_of_table(table: Table, started: Started, look: Look, at_left: Margin, cap: int | None) -> list[Row]:
    widths = started.widths
    if widths is None or not fits(widths, at_left.width):
        widths = columns(table, at_left.width, look)
    shown = table_rows(table, started.table_rows, widths, at_left.width, look)
    if cap is not None and started.widths is None and len(shown) > cap:
        # As it will look if it is as tall when its last row is complete.
        shown = table_rows(table, 0, known_columns(table, at_left, look), at_left.width, look)
    return beside(at_left, shown) if shown else []


def _rows_of_code(leaf: Leaf, started: Started, look: Look, at_left: Margin, cap: int | None) -> list[Row]:
    if not leaf.mark:
        shown = indented_rows(content_lines(leaf)[started.lines :], look, at_left.width)
        return beside(at_left, shown) if shown else []
    shown = [] if started.is_begun else [fence_row(leaf, look)]
    highlighter = started.highlighter or Highlighter(leaf.info, look)
    shown += code_rows(content_lines(leaf)[started.lines :], highlighter, at_left.width, cap)
    if leaf.is_closed:
        shown.append(fence_row(leaf._replace(info=""), look))
    return beside(at_left, shown) if shown else []
