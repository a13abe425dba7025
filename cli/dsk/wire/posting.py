"""One request under way, as a source of bytes for the exchange. requests is imported when it is needed."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dsk.wire.endpoint import host_of
from dsk.wire.head import request_bytes
from dsk.wire.line import Line

if TYPE_CHECKING:
    from collections.abc import Callable

    from dsk.wire.clocks import Clocks
    from dsk.wire.endpoint import Endpoint
    from dsk.wire.keeping import Pool
    from dsk.wire.plain_reply import PlainReply
    from dsk.wire.preconnection import Preconnection
    from dsk.wire.reply import Reply


class Posting:
    """A POST of a JSON body, whose answer is read as it arrives. Its connection may be one of a pool."""

    def __init__(
        self,
        endpoint: Endpoint,
        path: str,
        body: bytes,
        clocks: Clocks,
        on_sent: Callable[[int, int], None] | None = None,
        pool: Pool | None = None,
    ) -> None:
        """``on_sent`` is that of ``Line``."""
        self._endpoint = endpoint
        self._path = path
        self._body = body
        self._clocks = clocks
        self._line = Line(clocks)
        self._line.on_sent = on_sent
        self._pool = pool
        self._made: Preconnection | None = None
        self._reply: Reply | PlainReply | None = None

    def send_over(self, made: Preconnection) -> None:
        """Send it over this connection, before it is opened, if it can be sent that way.

        Raises ``ClockFault`` if a clock has run out.
        """
        url = self._endpoint.urls(self._path)[0]
        request = request_bytes(url, made.address.header, self._endpoint, self._body)
        if request is None or not made.is_fresh():
            made.close()
            return
        self._made = made
        made.post(request, self._line)
        made.make_way()

    def open(self) -> int:
        """Send it, if it has not been sent ahead; the HTTP status. Raises what ``transport.post`` raises."""
        if self._made:
            from dsk.wire.plain_reply import plain_reply

            self._reply = plain_reply(self._made, self._line, host_of(self._endpoint.base_url))
            if self._reply:
                return self._reply.status
        from dsk.deferred import FOR_REQUESTS, defer

        defer(FOR_REQUESTS)
        from dsk.wire.transport import post

        self._reply = post(self._endpoint, self._path, self._body, self._clocks, self._line, self._made, self._pool)
        return self._reply.status

    @property
    def read(self) -> Callable[[], bytes]:
        """What gives the bytes that have arrived; b"" at the end. Raises what ``Reply.read`` raises."""
        assert self._reply is not None, "open comes first"
        return self._reply.read

    @property
    def trace(self) -> str:
        """The server's trace id, as far as there is an answer."""
        return self._reply.trace if self._reply else ""

    def cut(self) -> None:
        """End the connection from another thread."""
        self._line.cut()
        if self._made:
            self._made.close()

    def close(self) -> None:
        """Close the connection, so that the server stops at once; one of a pool is kept if the answer is at its
        end."""
        if self._reply:
            self._reply.close()
        elif self._made:
            self._made.close()
