"""Lines that sseclient is not given as they are: comments, errors outside of data, and more than it can bear.

All of it is found by patterns that look at many lines at once, so that a flood costs neither time nor memory. Pure.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from dsk.stream.events import Comment

#: Comments in a row, or in one block, that are told if they come in one read: each is a sign of life, and so many say
#: no more than one.
TOLD = 512

# Not in the standard, but sent: llama.cpp has a field "error", and servers that fail while they stream append
# the body of a failed request. The standard would drop both, and with them the reason.
_ERROR_FIELD = b"error:"
_ERROR_BODY = b'{"error"'
_STARTS = (b":", _ERROR_FIELD, _ERROR_BODY)

# They are compiled when they are used, and kept by re then. The bounds keep down what the matcher remembers of the
# lines behind it.
_COMMENTS = rb"(?::[^\n]*\n+){1,1000}"
_ODD_LINES = rb'(?m)^(?:(?::[^\n]*(?:\n|\Z)){1,1000}|error:[^\n]*|\{"error"[^\n]*)'
_COMMENT = rb"(?m)^:([^\n]*)"
_IGNORED = rb'(?m)^(?:(?!data|event|:|error:|\{"error")[^\n]*\n){1,1000}'


class Comments:
    """The comments of one read, added to its items in their place: of a flood of them only the first."""

    def __init__(self, items: list[Any]) -> None:
        self._items = items
        self.begin()

    def begin(self) -> None:
        """A row or a block begins."""
        self._left = TOLD

    def skip(self, blocks: bytes, at: int) -> int:
        """Where the first line that is no comment begins, in blocks of which one begins at the offset ``at``."""
        self.begin()
        while found := re.compile(_COMMENTS).match(blocks, at):
            self.add(blocks, at, found.end())
            at = found.end()
        return at

    def add(self, data: bytes, start: int, end: int) -> None:
        """Tell the comments in a part of the data, as many as are still to be told."""
        if self._left:
            for found in re.compile(_COMMENT).finditer(data, start, end):
                self._items.append(Comment(found[1].decode("utf-8", "replace").strip()))
                self._left -= 1
                if not self._left:
                    break


def has_odd_line(blocks: bytes) -> bool:
    """Whether any line is a comment or an error."""
    return (
        b"\n:" in blocks
        or blocks.startswith(_STARTS)
        or b"\n" + _ERROR_FIELD in blocks
        or b"\n" + _ERROR_BODY in blocks
    )


def standard_fields(block: bytes, comments: Comments) -> bytes:
    """The block in standard fields: comments are told and left out, errors get a data field."""

    def replace(found: re.Match[bytes]) -> bytes:
        line = found[0]
        if line.startswith(b":"):
            comments.add(block, found.start(), found.end())
            return b""
        if line.startswith(_ERROR_FIELD):
            return b"event: error\ndata:" + line.removeprefix(_ERROR_FIELD)
        return b"data:" + line

    return re.compile(_ODD_LINES).sub(replace, block).removesuffix(b"\n")


def parts_of(block: bytes, count: int) -> Iterator[bytes]:
    """A block in parts of so many lines, without a line end at the end of a part. Lines that say nothing are left
    out where they begin one."""
    lines = re.compile(rb"(?:[^\n]*(?:\n|\Z)){1,%d}" % count)
    at = 0
    while at < len(block):
        ignored = re.compile(_IGNORED).match(block, at)
        if ignored:
            at = ignored.end()
            continue
        found = lines.match(block, at)
        end = found.end() if found else len(block)
        yield block[at:end].removesuffix(b"\n")
        at = end
