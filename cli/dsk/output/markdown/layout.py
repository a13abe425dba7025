"""Leaves as rows of a given width: what stands at their left, and how text and headings look."""

from __future__ import annotations

import re
from collections.abc import Sequence

from dsk.output.markdown.cells import width_of
from dsk.output.markdown.inline import styled
from dsk.output.markdown.leaves import BULLETS, Container, Leaf
from dsk.output.markdown.rows import DEFAULT, DIM, EMPTY, Look, Row, Span, Style, merged, text_of
from dsk.output.markdown.wrapping import wrapped
from dsk.records import NamedTuple

#: What the rest of a leaf begins with whose beginning is written already: a letter, so that it stays what it is.
REST = "\ue000 "
# Cells that are left to a text however deep in lists it stands, and with nothing but markers before it.
ENOUGH = 12
LEAST = 4
RULE_WIDTH = 80
TOP = Style(bold=True, underline=True, color="35")
HEADING = Style(bold=True, color="35")
_TASK = re.compile(r"\[([ xX])\]\s+(?=\S)")
BOXES = {" ": "☐", "x": "☑", "X": "☑"}


class Margin(NamedTuple):
    """What stands at the left of the first row and of all others, and the cells that are left beside it."""

    first: Row
    rest: Row
    width: int


def margin(leaf: Leaf, width: int, look: Look, *, is_rest: bool = False) -> Margin:
    """The margin of a leaf. ``is_rest``: its beginning is written already, and the markers with it."""
    box = _box(leaf, look, is_rest=is_rest)
    parts = [_part(container, look, is_rest=is_rest) for container in leaf.path]
    if box:
        # The number of a task stays, a bullet makes room for its box.
        marker = leaf.path[-1].marker
        number = "" if marker in BULLETS else f"{marker} "
        parts[-1] = (Span(f"{number}{box} ", DEFAULT), " " * (len(number) + len(box) + 1))
    # Room is made by indenting less, not by leaving out a marker, as long as there is any.
    marked = [bool(container.marker) and container.is_first and not is_rest for container in leaf.path]
    while parts and sum(len(rest) for _, rest in parts) > max(width - (LEAST if all(marked) else ENOUGH), 0):
        at = 0 if all(marked) else marked.index(False)
        del parts[at], marked[at]
    first = merged(span for span, _ in parts)
    rest = merged(_bar(rest, look) for _, rest in parts)
    return Margin(first, rest, max(width - len(text_of(rest)), 1))


def blank_row(leaf: Leaf, look: Look) -> Row:
    """The empty row above a leaf: quotes go on in it that the leaf is not the first of."""
    text = ""
    for container in leaf.path:
        if container.is_first:
            break
        text += _rest(container)
    return merged([_bar(text.rstrip(), look)])


def beside(at_left: Margin, rows: Sequence[Row]) -> list[Row]:
    """Rows with their margin."""
    found = [_trimmed(merged([*(at_left.rest if i else at_left.first), *row])) for i, row in enumerate(rows)]
    return found or [_trimmed(at_left.first)]


def flow(leaf: Leaf, width: int, look: Look, lead: Row | None, *, is_rest: bool) -> list[Row]:
    """A text or heading as rows. ``lead`` is the row that its rest goes on in, if there is one."""
    at_left = margin(leaf, width, look, is_rest=is_rest)
    content = leaf.content
    if is_rest:
        content = content.removeprefix(REST.rstrip()).removeprefix(" ")
        if lead is None:
            content = content.lstrip(" ").removeprefix("\n")
            if not content:
                return []
    elif _box(leaf, look, is_rest=False):
        content = _TASK.sub("", content, count=1)
    spans = styled(content.replace("\t", " "), look, _base(leaf, look))
    if leaf.kind == "heading" and not look.is_styled and not is_rest:
        spans = merged([Span(f"{leaf.mark} ", DEFAULT), *spans])
    if lead is None:
        return beside(at_left, wrapped(spans, at_left.width))
    taken = width_of(text_of(lead)) - width_of(text_of(at_left.rest))
    first, *others = wrapped(spans, at_left.width, max(taken, 0))
    return [_trimmed(merged([*lead, *first])), *[_trimmed(merged([*at_left.rest, *row])) for row in others]]


def ruler(leaf: Leaf, width: int, look: Look) -> list[Row]:
    """A thematic break."""
    at_left = margin(leaf, width, look)
    return beside(at_left, [(Span("─" * min(at_left.width, RULE_WIDTH), DIM if look.is_styled else DEFAULT),)])


def _base(leaf: Leaf, look: Look) -> Style:
    if leaf.kind != "heading" or not look.is_styled:
        return DEFAULT
    return TOP if leaf.mark == "#" else HEADING


def _box(leaf: Leaf, look: Look, *, is_rest: bool) -> str:
    """The box of a task, if the leaf is one."""
    if is_rest or leaf.kind != "text" or not leaf.path or not leaf.path[-1].is_first or not leaf.path[-1].marker:
        return ""
    task = _TASK.match(leaf.content)
    return (BOXES[task[1]] if look.is_styled else f"[{task[1]}]") if task else ""


def _part(container: Container, look: Look, *, is_rest: bool) -> tuple[Span, str]:
    rest = _rest(container)
    if not container.marker:
        return _bar(rest, look), rest
    is_marked = container.is_first and not is_rest
    return (
        Span(f"{container.marker} ", DIM if look.is_styled else DEFAULT) if is_marked else Span(rest, DEFAULT)
    ), rest


def _rest(container: Container) -> str:
    return " " * (len(container.marker) + 1) if container.marker else "│ "


def _bar(text: str, look: Look) -> Span:
    return Span(text, DIM if look.is_styled and "│" in text else DEFAULT)


def _trimmed(row: Row) -> Row:
    """The row without the spaces at its end, which nobody sees."""
    if not row:
        return EMPTY
    last = row[-1]
    text = last.text.rstrip(" ")
    if text == last.text or last.style.underline or last.style.strike:
        return row
    return (*row[:-1], Span(text, last.style)) if text else _trimmed(row[:-1])
