"""Bytes to blocks: finds the blank lines that end events, in whatever pieces the bytes arrive.

Every line end (LF, CR, CRLF, mixed, cut between CR and LF) leaves as LF. Each byte is looked at once, however
small the pieces are. Nothing here knows what a line says.
Rules: https://html.spec.whatwg.org/multipage/server-sent-events.html#parsing-an-event-stream
"""

from __future__ import annotations


class Blocks:
    """Complete blocks out, the incomplete one kept."""

    def __init__(self) -> None:
        self._pending = bytearray()
        # A CR ends its line at once, for the event may be complete; an LF that follows is then its other half.
        self._after_cr = False
        self._ends_line = True

    @property
    def size(self) -> int:
        """Bytes of the incomplete block."""
        return len(self._pending)

    @property
    def is_between(self) -> bool:
        """Whether a block begins with the next byte."""
        return not self._pending and self._ends_line and not self._after_cr

    def feed(self, data: bytes) -> bytes:
        """All blocks that are complete now, each with the blank line that ends it; b"" if none is."""
        if not self._pending and data.endswith(b"\n\n") and b"\r" not in data and not self._after_cr:
            # One event whole, or several: what most reads bring.
            self._ends_line = True
            return data
        if self._after_cr and data.startswith(b"\n"):
            data = data[1:]
            self._after_cr = False
        if not data:
            return b""
        if b"\r" in data:
            self._after_cr = data.endswith(b"\r")
            data = data.replace(b"\r\n", b"\n").replace(b"\r", b"\n")
        else:
            self._after_cr = False
        end = data.rfind(b"\n\n") + 2
        if end == 1:
            end = 1 if self._ends_line and data.startswith(b"\n") else 0
        self._ends_line = data.endswith(b"\n")
        if end:
            return self._cut(data, end)
        self._pending += data
        return b""

    def close(self) -> bytes:
        """The block that no blank line has ended, without a final line end being added."""
        return self._cut(b"", 0)

    def _cut(self, data: bytes, end: int) -> bytes:
        self._pending += data[:end]
        blocks = bytes(self._pending)
        self._pending = bytearray(data[end:])
        return blocks
