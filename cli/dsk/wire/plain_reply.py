"""The answer to a request that was sent ahead, read without requests where it is a plain 200.

To load requests takes more processor time than to print an answer of a thousand tokens, and as much memory again as
the rest of dsk. A test holds this way and the ordinary one side by side.
"""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from dsk.wire.chunked import ChunkedBody, CutShort
from dsk.wire.plain_head import END, Framing, framing_of, may_be_plain

if TYPE_CHECKING:
    import _socket
    from collections.abc import Callable

    from dsk.wire.line import Line
    from dsk.wire.preconnection import Preconnection

READ_SIZE = 65536


def plain_reply(made: Preconnection, line: Line, where: str) -> PlainReply | None:
    """The answer that comes over a connection which has its request; ``where`` is the server's host.

    None if it is for requests to read: what has been read of it is left in the line. Raises ``NetworkFault`` if the
    connection fails, ``ClockFault`` if a clock runs out.
    """
    try:
        opened = made.take(line)
    except OSError:
        # requests meets the same fault, and has the words for it.
        return None
    arrived = b""
    try:
        while END not in arrived:
            if not may_be_plain(arrived) or not (data := line.receive(opened, READ_SIZE)):
                line.read_ahead = arrived
                return None
            arrived += data
    except OSError as error:
        from dsk.wire.faults import before_answer

        raise before_answer(error, line.clocks_fault, where) from error
    head, _, rest = arrived.partition(END)
    framing = framing_of(head)
    if framing is None:
        line.read_ahead = arrived
        return None
    return PlainReply(opened, line, framing, rest, head)


class PlainReply:
    """An HTTP 200 whose body is still arriving. Close it to stop the server."""

    status = 200

    def __init__(
        self, opened: _socket.socket, line: Line, framing: Framing | int, arrived: bytes, head: bytes = b""
    ) -> None:
        """``arrived`` is what has come of the body, ``head`` what came before it."""
        self._head = head
        self._opened = opened
        self._line = line
        more = partial(line.receive, opened, READ_SIZE)
        body: ChunkedBody | _PlainBody
        if framing is Framing.CHUNKED:
            body = ChunkedBody(more, _told, arrived)
        else:
            body = _PlainBody(more, arrived, None if framing is Framing.CLOSE else framing)
        #: Gives the bytes that have arrived, waiting for at least one; b"" at the end. Raises ``ClockFault`` if a clock
        #: runs out and ``BrokenFault`` if the connection is lost.
        self.read = body.read

    @property
    def trace(self) -> str:
        """The server's trace id; "" if it sent none."""
        from dsk.wire.plain_head import fields_of
        from dsk.wire.refusals import trace_of

        return trace_of(fields_of(self._head))

    def close(self) -> None:
        """Close the connection, whether or not the body has ended."""
        self._line.cut()
        self._opened.close()


class _PlainBody:
    """A body of so many bytes, or one that ends with the connection."""

    def __init__(self, more: Callable[[], bytes], arrived: bytes, size: int | None) -> None:
        self._more = more
        self._arrived = arrived
        self._left = size

    def read(self) -> bytes:
        if self._left == 0:
            return b""
        try:
            data = (self._arrived or self._more())[: self._left]
        except OSError as error:
            raise _told(error) from error
        self._arrived = b""
        if self._left is not None:
            if not data:
                raise _told(CutShort())
            self._left -= len(data)
        return data


def _told(error: Exception) -> Exception:
    from dsk.wire.faults import in_answer

    return in_answer(error)
