"""The fences around code: three backticks or tildes, or more.

Rules: https://spec.commonmark.org/0.31.2/#fenced-code-blocks
"""

from __future__ import annotations

import re

from dsk.records import NamedTuple

_FENCE = re.compile(r"(`{3,})([^`]*)\Z|(~{3,})(.*)\Z")


class Fence(NamedTuple):
    """An opening fence: its character, its length, the columns before it, and the text after it."""

    char: str
    size: int
    indent: int
    info: str


def fence_in(text: str, indent: int) -> Fence | None:
    """The opening fence that the text of a line is, if it is one."""
    found = _FENCE.match(text)
    if not found:
        return None
    fence = found[1] or found[3]
    return Fence(fence[0], len(fence), indent, (found[2] or found[4] or "").strip(" \t"))


class Closing:
    """A line that begins with a fence's character, in pieces: the closing fence, or code."""

    def __init__(self, fence: Fence) -> None:
        self._fence = fence
        self._size = 0
        self._has_ended = False

    def feed(self, piece: str) -> bool:
        """Whether the line may still be the closing fence, now that this has come of it too."""
        rest = piece
        if not self._has_ended:
            rest = piece.lstrip(self._fence.char)
            self._size += len(piece) - len(rest)
            self._has_ended = bool(rest)
        return not rest or (self.is_long_enough and not rest.strip(" \t\r\n"))

    @property
    def is_long_enough(self) -> bool:
        """Whether a line that ends here closes the block."""
        return self._size >= self._fence.size
