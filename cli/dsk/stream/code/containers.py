"""The block quotes and list items that a line of Markdown stands in.

A container goes on in the next line if that begins with what the container asks for: ``>``, or as much white space
as the item's text is indented. Rules: https://spec.commonmark.org/0.31.2/#container-blocks
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

    from dsk.stream.code.cursor import Cursor

# With as much indentation as this a line is code, or goes on with the paragraph before it.
CODE_INDENT = 4
# What is nested deeper is text: the beginning of each line is looked at again with every piece of it.
MOST_CONTAINERS = 100

_MARKER = re.compile(r"(?:[-+*]|(\d{1,9})[.)])(?=[ \t\r\n]|\Z)")
_BREAK = re.compile(r"(?:(?:\*[ \t]*){3,}|(?:-[ \t]*){3,}|(?:_[ \t]*){3,})\Z")


class Container:
    """A list item whose text is indented by ``width`` columns, or with 0 a block quote."""

    def __init__(self, width: int, *, is_empty: bool = False) -> None:
        self._width = width
        #: Whether nothing is in it yet: an item that begins with two blank lines has ended.
        self.is_empty = is_empty

    def goes_on(self, cursor: Cursor) -> bool | None:
        """Whether the line is in the container, with what that asks for read; None if that is not sure yet."""
        if self._width == 0:
            return _quote(cursor)
        indent = cursor.indent()
        if cursor.is_blank and self.is_empty:
            return False
        if indent >= self._width:
            cursor.skip(self._width)
            return True
        if cursor.is_open:
            return None
        cursor.skip(indent if cursor.is_blank else 0)
        return cursor.is_blank


def matched(containers: Sequence[Container], cursor: Cursor) -> int | None:
    """How many of the open containers the line is in, from the outermost; None if that is not sure yet."""
    for count, container in enumerate(containers):
        goes_on = container.goes_on(cursor)
        if goes_on is None:
            return None
        if not goes_on:
            return count
    return len(containers)


def opened(cursor: Cursor, *, in_paragraph: bool) -> Container | None:
    """The container that begins here, with its marker read; None if none does.

    ``in_paragraph``: text stands before it, which an empty item or one with another number than 1 only goes on
    with.
    """
    if cursor.indent() >= CODE_INDENT:
        return None
    if _quote(cursor):
        return Container(0)
    text = cursor.text
    marker = _MARKER.match(text)
    if not marker or is_break(text):
        return None
    size = marker.end()
    is_empty = not text[size:].strip(" \t\r\n")
    if in_paragraph and (is_empty or marker[1] not in (None, "1")):
        return None
    indent = cursor.indent()
    cursor.skip(indent)
    cursor.advance(size)
    # White space that makes code of the item's text is that code's own.
    gap = cursor.indent()
    gap = 1 if is_empty or gap > CODE_INDENT else gap
    cursor.skip(gap)
    return Container(indent + size + gap, is_empty=is_empty)


def is_break(text: str) -> bool:
    """Whether a line's text is a thematic break, which may look like a list item."""
    return _BREAK.match(text) is not None


def _quote(cursor: Cursor) -> bool | None:
    if cursor.indent() >= CODE_INDENT:
        return False
    if cursor.next() != ">":
        return None if cursor.is_open else False
    cursor.skip(CODE_INDENT)
    cursor.advance(1)
    cursor.skip(1)
    return True
