"""A response's bytes in the framing and in the writes that it is to have: chunked, gzip, cut up. Pure."""

from __future__ import annotations

import zlib
from collections.abc import Iterator

from dsk.scripted.responses import Headers, Request, Response, Writes

#: Frames that are due together are written together up to this many bytes.
BATCH = 1 << 14


class Body:
    """Encodes the body of one response, piece by piece."""

    def __init__(self, response: Response, request: Request) -> None:
        self._writes: Writes = response.writes
        self._held = b""
        self._deflate = zlib.compressobj(wbits=31) if response.gzip else None
        # Writes that are cut up are chunked, so that a client can see where they end.
        is_cut_up = response.writes in ("split-utf8", "tiny")
        known = response.length is not None and not (response.gzip or response.close_delimited or is_cut_up)
        self._chunked = not known and not response.close_delimited and request.minor > 0
        #: Whether only the end of the connection ends the body.
        self.closes = not known and not self._chunked
        #: How many bytes may be gathered before they are written.
        self.batch = 1 if response.gzip or is_cut_up else BATCH
        self.headers: Headers = (
            *((("Content-Encoding", "gzip"),) if response.gzip else ()),
            *((("Transfer-Encoding", "chunked"),) if self._chunked else ()),
            *((("Content-Length", str(response.length)),) if known else ()),
        )

    def encode(self, data: bytes) -> Iterator[bytes]:
        """The writes that some bytes of the body make; with split-utf8 a few bytes wait for the next call."""
        if self._writes == "split-utf8":
            data = self._held + data
            place = _inside_last_character(data)
            data, self._held = data[:place], data[place:]
        if self._deflate:
            data = self._deflate.compress(data) + self._deflate.flush(zlib.Z_SYNC_FLUSH)
        yield from self._write(data)

    def finish(self) -> Iterator[bytes]:
        """What was held back, without ending the body."""
        held, self._held = self._held, b""
        if held and self._deflate:
            held = self._deflate.compress(held) + self._deflate.flush(zlib.Z_SYNC_FLUSH)
        yield from self._write(held)

    def close(self) -> Iterator[bytes]:
        """The end of a whole body."""
        if self._deflate:
            yield from self._write(self._deflate.flush())
        if self._chunked:
            yield b"0\r\n\r\n"

    def _write(self, data: bytes) -> Iterator[bytes]:
        pieces = (data[i : i + 1] for i in range(len(data))) if self._writes == "tiny" else (data,)
        for piece in pieces:
            if piece:
                yield b"%x\r\n%b\r\n" % (len(piece), piece) if self._chunked else piece


def _inside_last_character(data: bytes) -> int:
    """An offset inside the last character of more than one byte; the length if there is none."""
    for place in range(len(data) - 2, -1, -1):
        if data[place] >= 0xC0:
            return place + 1
    return len(data)
