"""One request under way, as a source of bytes for the exchange. requests is imported when it is opened."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dsk.wire.line import Line

if TYPE_CHECKING:
    from dsk.wire.clocks import Clocks
    from dsk.wire.endpoint import Endpoint
    from dsk.wire.transport import Reply


class Posting:
    """A POST of a JSON body, whose answer is read as it arrives."""

    def __init__(self, endpoint: Endpoint, path: str, body: bytes, clocks: Clocks) -> None:
        self._endpoint = endpoint
        self._path = path
        self._body = body
        self._clocks = clocks
        self._line = Line(clocks)
        self._reply: Reply | None = None

    def open(self) -> int:
        """Send it; the HTTP status. Raises what ``transport.post`` raises."""
        from dsk.wire.transport import post

        self._reply = post(self._endpoint, self._path, self._body, self._clocks, self._line)
        return self._reply.status

    def read(self) -> bytes:
        """The bytes that have arrived; b"" at the end. Raises what ``Reply.read`` raises."""
        assert self._reply is not None, "open comes first"
        return self._reply.read()

    def cut(self) -> None:
        """End the connection from another thread."""
        self._line.cut()

    def close(self) -> None:
        """Close the connection, so that the server stops at once."""
        if self._reply:
            self._reply.close()
