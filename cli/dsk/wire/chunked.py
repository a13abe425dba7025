"""The chunked coding of HTTP/1.1, taken apart as its bytes arrive: RFC 9112, section 7.1.

http.client gives one chunk a read, however many have arrived: servers send a chunk for every token, so that a
burst of tokens would leave in as many writes. This gives all that is there. No socket, no clock.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from dsk.errors import without_secrets

if TYPE_CHECKING:
    from collections.abc import Callable

# Sizes and trailers are short; a longer line is no HTTP.
LINE_LIMIT = 65536
HEX = b"0123456789abcdefABCDEF"
_DAMAGED = "the chunks are damaged"


class CutShort(Exception):
    """The connection ended before the body did."""

    def __init__(self) -> None:
        super().__init__("it ended in the middle of the answer")


class ChunkedBody:
    """A body in chunks, read from what ``more`` gives, which is b"" where the connection ends."""

    def __init__(self, more: Callable[[], bytes], told: Callable[[Exception], Exception], arrived: bytes = b"") -> None:
        """``told`` gives what is raised in the place of ``CutShort``, of ``ValueError`` for chunks that are none and of
        the ``OSError`` that ``more`` raises; ``arrived`` is what has come of the body already."""
        self._more = more
        self._told = told
        self._arrived = arrived
        self._chunks = Chunked()

    def read(self) -> bytes:
        """The content that has arrived, waiting for at least one byte; b"" at the end."""
        try:
            while not self._chunks.done:
                data, self._arrived = self._arrived or self._more(), b""
                end = data.find(b"\r\n")
                if (
                    self._chunks.is_between
                    and end > 0
                    and data.endswith(b"\r\n")
                    and not (size := data[:end]).strip(HEX)
                ):
                    # One chunk by itself: what a token comes in where tokens come one by one.
                    content = data[end + 2 : -2]
                    if content and len(content) == int(size, 16):
                        return content
                if content := self._chunks.feed(data):
                    return content
        except (CutShort, ValueError, OSError) as error:
            raise self._told(error) from error
        return b""


class Chunked:
    """A body in pieces in, its content out. ``done`` once the last chunk and the trailers have been read."""

    def __init__(self) -> None:
        self.done = False
        self._pending = b""
        # Bytes of content that the current chunk still has; after it comes a line end of its own.
        self._left = 0
        self._in_line_end = False
        self._in_trailers = False
        #: Whether a chunk begins with the next byte.
        self.is_between = True

    def feed(self, data: bytes) -> bytes:
        """The content in these bytes; b"" are the end of the connection.

        Raises ``CutShort`` if that comes too early, ``ValueError`` if they are not in the chunked coding.
        """
        if not data:
            raise CutShort
        data = self._pending + data
        found: list[bytes] = []
        at = 0
        while at < len(data) and not self.done:
            if self._left:
                piece = data[at : at + self._left]
                found.append(piece)
                at += len(piece)
                self._left -= len(piece)
                self._in_line_end = not self._left
                continue
            if not (self._in_line_end or self._in_trailers):
                at = _whole_chunks(data, at, found)
            end = data.find(b"\n", at)
            if end < 0:
                break
            self._take_line(data[at:end].rstrip(b"\r"))
            at = end + 1
        self._pending = b"" if self.done else data[at:]
        self.is_between = not (self.done or self._pending or self._left or self._in_line_end or self._in_trailers)
        if len(self._pending) > LINE_LIMIT:
            raise ValueError(f"{_DAMAGED}: a line between chunks is longer than {LINE_LIMIT} bytes")
        return b"".join(found)

    def _take_line(self, line: bytes) -> None:
        if self._in_line_end:
            if line:
                raise ValueError(f"{_DAMAGED}: a chunk is longer than it says")
            self._in_line_end = False
        elif self._in_trailers:
            self.done = not line
        else:
            # Extensions follow a semicolon; nobody gives them a meaning.
            size = line.partition(b";")[0].strip()
            if not size or size.strip(HEX):
                # Cut only after the key has gone from it, or the half of one would stay.
                said = without_secrets(size.decode("latin-1"))
                raise ValueError(f"{_DAMAGED}: {said[:20]!r} is no chunk size")
            self._left = int(size, 16)
            self._in_trailers = self._left == 0


def _whole_chunks(data: bytes, at: int, found: list[bytes]) -> int:
    """Find the contents of the chunks from ``at`` on that are there whole and have nothing odd about them; where they
    end. That is what a server's every token comes in; all else is read line by line."""
    while (end := data.find(b"\r\n", at)) > at:
        size = data[at:end]
        if size.strip(HEX):
            break
        stop = end + 2 + int(size, 16)
        if stop == end + 2 or data[stop : stop + 2] != b"\r\n":
            break
        found.append(data[end + 2 : stop])
        at = stop + 2
    return at
