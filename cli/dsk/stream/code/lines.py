"""The lines between blocks of code: which of them is an opening fence, and what it stands in.

Only as much of Markdown is known here as decides that: containers, and whether a paragraph goes on. HTML is taken
for text, so that a fence in it is one.
"""

from __future__ import annotations

import re

from dsk.stream.code.containers import CODE_INDENT, MOST_CONTAINERS, Container, is_break, matched, opened
from dsk.stream.code.cursor import Cursor
from dsk.stream.code.fence import Fence, fence_in

_HEADING = re.compile(r"#{1,6}(?=[ \t]|\Z)")
_UNDERLINE = re.compile(r"(?:=+|-+)[ \t]*\Z")


class Lines:
    """Takes whole lines and finds the opening fence among them."""

    def __init__(self) -> None:
        #: What is open, from the outermost.
        self.containers: list[Container] = []
        #: The text of the last line that was not blank.
        self.last = ""
        self._in_paragraph = False

    def take(self, line: str) -> Fence | None:
        """The fence that the line opens, if it does. ``line`` has its end, unless it is the last of the text."""
        cursor = Cursor(line)
        count = matched(self.containers, cursor)
        if count is None:
            return None
        goes_on = self._in_paragraph and count == len(self.containers)
        new = self._opened(cursor, MOST_CONTAINERS - count, in_paragraph=goes_on)
        goes_on = goes_on and not new
        indent, text = cursor.indent(), cursor.text
        fence = fence_in(text, indent) if indent < CODE_INDENT else None
        is_text = not (cursor.is_blank or fence or (indent < CODE_INDENT and _is_leaf(text, below_text=goes_on)))
        if not (is_text and self._in_paragraph and not new):
            # Text may go on with a paragraph although what that stands in is not said again.
            self._close(count, new, has_more=not cursor.is_blank)
            is_text = is_text and indent < CODE_INDENT
        self._in_paragraph = is_text
        if not (cursor.is_blank or fence):
            self.last = text
        return fence

    def end_block(self) -> None:
        """A block of code has ended: what is before it says nothing of the next one."""
        self.last = ""

    def _opened(self, cursor: Cursor, most: int, *, in_paragraph: bool) -> list[Container]:
        new: list[Container] = []
        while len(new) < most and (container := opened(cursor, in_paragraph=in_paragraph and not new)):
            new.append(container)
        return new

    def _close(self, count: int, new: list[Container], *, has_more: bool) -> None:
        del self.containers[count:]
        if new or has_more:
            for container in self.containers:
                container.is_empty = False
        self.containers += new


def _is_leaf(text: str, *, below_text: bool) -> bool:
    """Whether a line is a block of its own: a heading, a break, or what makes a heading of the text above it."""
    return bool(_HEADING.match(text) or is_break(text) or (below_text and _UNDERLINE.match(text)))
