"""Tables as rows."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import zip_longest

from dsk.output.markdown.cells import width_of
from dsk.output.markdown.inline import styled
from dsk.output.markdown.leaves import Table
from dsk.output.markdown.rows import DEFAULT, DIM, EMPTY, Look, Row, Span, Style, merged, text_of
from dsk.output.markdown.wrapping import wrapped

GAP, CROSS, RULE = " │ ", "─┼─", "─"
# A column that is narrower than this is not worth having.
NARROWEST = 3
HEAD = Style(bold=True)


def columns(table: Table, width: int, look: Look) -> tuple[int, ...]:
    """The widths of the columns, in cells; none if there is no room for them side by side."""
    # So that a sign of two cells has room in any of them.
    natural = [2] * len(table.aligned)
    for row in table.rows:
        for at, cell in enumerate(row):
            natural[at] = max(natural[at], width_of(text_of(_cell(cell, look, is_head=False))))
    room = width - len(GAP) * (len(natural) - 1)
    if room < NARROWEST * len(natural) and sum(natural) > room:
        return ()
    return _shared(natural, room)


def table_rows(table: Table, begin: int, widths: Sequence[int], width: int, look: Look) -> list[Row]:
    """The rows of the table from the row ``begin`` on, the rule under the head included."""
    found: list[Row] = []
    for at, row in enumerate(table.rows[begin:], begin):
        cells = [_cell(cell, look, is_head=at == 0) for cell in row]
        found += _side_by_side(cells, widths, table.aligned, look) if widths else _in_line(cells, width, look)
        if at == 0:
            rule = CROSS.join([RULE * w for w in widths]) or RULE * min(width, NARROWEST)
            found.append((Span(rule, _faint(look)),))
    return found


def _cell(content: str, look: Look, *, is_head: bool) -> Row:
    return styled(content.replace("\t", " "), look, HEAD if is_head and look.is_styled else DEFAULT)


def _faint(look: Look) -> Style:
    return DIM if look.is_styled else DEFAULT


def _shared(natural: Sequence[int], room: int) -> tuple[int, ...]:
    """The room shared among the columns: the narrow ones get what they want, the others share the rest."""
    widths = list(natural)
    wide = set(range(len(widths)))
    rest = room
    while wide and sum(widths) > room:
        fair, left = divmod(rest, len(wide))
        content = {at for at in wide if natural[at] <= fair}
        if not content:
            for order, at in enumerate(sorted(wide)):
                widths[at] = max(fair + (order < left), 1)
            break
        wide -= content
        rest -= sum(natural[at] for at in content)
    return tuple(widths)


def _side_by_side(cells: Sequence[Row], widths: Sequence[int], aligned: Sequence[str], look: Look) -> list[Row]:
    found: list[Row] = []
    columns_ = [wrapped(cell, width) for cell, width in zip(cells, widths, strict=True)]
    for parts in zip_longest(*columns_, fillvalue=EMPTY):
        row: list[Span] = []
        for at, part in enumerate(parts):
            if at:
                row.append(Span(GAP, _faint(look)))
            row += _padded(part, widths[at], aligned[at])
        found.append(merged(row))
    return found


def _padded(part: Row, width: int, aligned: str) -> list[Span]:
    space = max(width - width_of(text_of(part)), 0)
    before = space if aligned == "right" else space // 2 if aligned == "center" else 0
    return [Span(" " * before, DEFAULT), *part, Span(" " * (space - before), DEFAULT)]


def _in_line(cells: Sequence[Row], width: int, look: Look) -> list[Row]:
    row: list[Span] = []
    for at, cell in enumerate(cells):
        if at:
            row.append(Span(GAP, _faint(look)))
        row += cell
    return wrapped(merged(row), width)


def roomy(widths: Sequence[int], width: int) -> tuple[int, ...]:
    """Columns with room for wider cells than have come: what is left of the width is shared, but none is more than
    doubled."""
    spare = width - sum(widths) - len(GAP) * (len(widths) - 1)
    share = max(spare, 0) // max(len(widths), 1)
    return tuple(natural + min(share, natural) for natural in widths)


def fits(widths: Sequence[int], width: int) -> bool:
    """Whether columns of these widths have room side by side."""
    return not widths or sum(widths) + len(GAP) * (len(widths) - 1) <= width
