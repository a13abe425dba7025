"""Blocks to frames and comments: the one room that knows sseclient.

sseclient decides what a block says. It is given complete blocks only, all those of one read together, and this
room makes up for its edges: a BOM, mixed line ends, comments, bad UTF-8, a half event at the end, blocks of
very many lines, bodies that are no event stream. What the frames mean is the decoder's business.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TypeAlias

from sseclient import SSEClient

from dsk.records import NamedTuple
from dsk.stream.blocks import Blocks
from dsk.stream.events import Comment, Malformed
from dsk.stream.oddities import Comments, has_odd_line, parts_of, standard_fields
from dsk.stream.shortcut import Shortcut, Texts

#: Bytes of an unfinished frame, or of a body without frames, that are kept at most.
LIMIT = 64 * 1024 * 1024
#: sseclient copies a block once for each of its lines, so a longer one is given to it in parts of this many.
LONG = 256
#: How much of the body is kept to say what it was, if it turns out to be no event stream.
OPENING = 200

_BOM_AND_BLANK = b"\xef\xbb\xbf \t\r\n"
_FIELDS = (b":", b"data:", b"event:", b"id:", b"retry:")


class Frame(NamedTuple):
    """One event: its number among those with data, from 1, its name ("message" if none), its data."""

    number: int
    event: str
    data: str


class Body(NamedTuple):
    """A whole body that is no event stream."""

    data: bytes


Item: TypeAlias = Frame | Texts | Comment | Malformed | Body


class Frames:
    """Takes the body as it arrives. Nothing follows a ``Malformed``."""

    def __init__(self, limit: int = LIMIT) -> None:
        """``limit`` bounds, in bytes, what is kept of an unfinished frame."""
        self._limit = limit
        self._blocks = Blocks()
        self._body: bytearray | None = None
        self._opening = b""
        self._number = 0
        self._has_items = False
        self._over = False
        #: Knows the stream's common frame, once it has been shown one.
        self.shortcut = Shortcut()

    def feed(self, data: bytes) -> list[Item]:
        """The frames and comments that are complete now, in their order."""
        if len(self._opening) < OPENING:
            data = self._open(data)
        if self._over or not data:
            return []
        if self._body is not None:
            self._body += data
            return self._too_long(0) if len(self._body) > self._limit else []
        blocks = self._blocks.feed(data)
        items = self._read_known(blocks) if blocks else []
        if self._blocks.size > self._limit and not self._over:
            items += self._too_long(self._number + 1)
        return items

    @property
    def is_between(self) -> bool:
        """Whether frames have come and the next one begins with the next byte."""
        is_open = len(self._opening) >= OPENING and self._body is None and not self._over
        return is_open and self._blocks.is_between

    def count(self, frames: int) -> None:
        """So many frames have been read elsewhere, each of which came when nothing of another one was here."""
        self._number += frames

    def close(self) -> list[Item]:
        """What was left when the body ended: a frame here is one that no blank line has ended."""
        if self._over:
            return []
        self._over = True
        if self._body is not None:
            return [Body(bytes(self._body))]
        rest = self._blocks.close()
        items = self._read(rest + b"\n\n") if rest else []
        if not self._has_items and self._opening and not self._opening.startswith(_FIELDS):
            start = self._opening.decode("utf-8", "replace")
            return [Malformed(0, f"it is no event stream, it begins {' '.join(start.split())!r}")]
        return items

    def _open(self, data: bytes) -> bytes:
        """Skip the BOM and blank lines at the start (DeepSeek sends those to keep a connection alive), then
        see from the first byte whether this can be an event stream: no field begins like JSON or markup."""
        if not self._opening:
            data = data.lstrip(_BOM_AND_BLANK)
            if data.startswith((b"{", b"[", b"<")):
                self._body = bytearray()
        self._opening = (self._opening + data[:OPENING])[:OPENING]
        return data

    def _too_long(self, number: int) -> list[Item]:
        self._over = True
        return [Malformed(number, f"it is longer than {self._limit:,} bytes")]

    def _read_known(self, blocks: bytes) -> list[Item]:
        if not self.shortcut.is_ready:
            return self._read(blocks)
        items: list[Item] = []
        for part in self.shortcut.read(blocks):
            if isinstance(part, Texts):
                self._number += len(part.pieces)
                items.append(part)
            elif not self._over:
                items += self._read(part)
        return items

    def _read(self, blocks: bytes) -> list[Item]:
        items: list[Item] = []
        try:
            if not has_odd_line(blocks) and blocks.count(b"\n") - 2 * blocks.count(b"\n\n") < LONG:
                self._dispatch([blocks], items)
            else:
                self._read_odd(blocks, items)
        except UnicodeDecodeError as error:
            self._over = True
            why = f"it is not UTF-8, at byte 0x{error.object[error.start]:02x}"
            items.append(Malformed(self._number + 1, why))
        self._has_items = self._has_items or bool(items)
        return items

    def _read_odd(self, blocks: bytes, items: list[Item]) -> None:
        """Read blocks some of which need care; comments between them are looked at together."""
        comments = Comments(items)
        at = 0
        while at < len(blocks):
            at = comments.skip(blocks, at)
            end = blocks.find(b"\n\n:", at) + 2
            end = end if end > 1 else len(blocks)
            if at < end:
                self._read_each(blocks[at:end].split(b"\n\n"), items, comments)
            at = end

    def _read_each(self, blocks: list[bytes], items: list[Item], comments: Comments) -> None:
        """Read blocks some of which need care; the plain ones between them still go together."""
        plain: list[bytes] = []
        for block in blocks:
            comments.begin()
            is_long, is_odd = block.count(b"\n") >= LONG, has_odd_line(block)
            if is_long or is_odd:
                self._dispatch(plain, items)
                plain = []
            if is_long:
                self._dispatch_long(block, items, comments)
            else:
                plain.append((standard_fields(block, comments) if is_odd else block) + b"\n\n")
        self._dispatch(plain, items)

    def _dispatch(self, blocks: Iterable[bytes], items: list[Item]) -> None:
        """Append what sseclient makes of the blocks; raises UnicodeDecodeError at one that is not UTF-8."""
        for event in SSEClient(iter(blocks)).events():
            self._number += 1
            items.append(Frame(self._number, event.event, event.data))

    def _dispatch_long(self, block: bytes, items: list[Item], comments: Comments) -> None:
        """Read a block in parts and join them. Each part is begun with an empty data line, so that it counts
        whatever fields it holds, and so that the parts join with a line end between them."""
        frames: list[Item] = []
        number = self._number
        try:
            parts = (standard_fields(part, comments) for part in parts_of(block, LONG))
            self._dispatch((b"data\n" + part + b"\n\n" for part in parts), frames)
        finally:
            self._number = number
        data = "".join(frame.data for frame in frames if isinstance(frame, Frame))
        if data:
            names = [frame.event for frame in frames if isinstance(frame, Frame) and frame.event != "message"]
            self._number += 1
            items.append(Frame(self._number, names[-1] if names else "message", data[1:]))
