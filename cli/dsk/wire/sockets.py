"""urllib3 connections whose every wait is under the clocks, and responses that give all that has arrived.

However slowly the bytes come, of a proxy's answer, a header, a chunk's size or a body, each wait must last only as
long as the nearest clock allows, and a reader that goes away must end a read that is under way. Both need the
socket, which neither requests nor urllib3 hands out: so the connection class, which urllib3 lets its users replace
(``ConnectionPool.ConnectionCls``), notes it. The response class is replaced where http.client has a name for it
(``HTTPConnection.response_class``).
"""

from __future__ import annotations

import http.client
import io
from typing import TYPE_CHECKING, Any

from requests.adapters import HTTPAdapter

from dsk.wire.chunked import ChunkedBody, CutShort
from dsk.wire.line import Line

if TYPE_CHECKING:
    from dsk.wire.preconnection import Preconnection

READ_SIZE = 65536
# 101 ends the talk, and is no answer to us; the others of its kind say only that one is coming.
INTERIM = frozenset(range(102, 200))


class LineAdapter(HTTPAdapter):
    """requests' adapter, with the sockets of its connections noted in a ``Line``.

    With a ``Preconnection`` that has its request it makes no connection and sends nothing: it reads the answer.
    """

    def __init__(self, line: Line, made: Preconnection | None = None) -> None:
        self._line = line
        self._made = made
        super().__init__(max_retries=0)

    def get_connection_with_tls_context(self, *args: Any, **kw: Any) -> Any:
        """The pool as requests makes it, for any proxy and TLS setting, with our connection class."""
        pool: Any = super().get_connection_with_tls_context(*args, **kw)
        if not issubclass(pool.ConnectionCls, Noted):
            kind = _Made if self._made else Noted
            pool.ConnectionCls = type(
                "Connection", (kind, pool.ConnectionCls), {"line": self._line, "made": self._made}
            )
        return pool


class Arriving(http.client.HTTPResponse):
    """A response whose ``read1`` gives the content of all chunks that have arrived, not of one."""

    # What an interrupt has kept from being made whole is closed as well.
    fp: Any = None

    def __init__(self, line: Line, *args: Any, **kw: Any) -> None:
        super().__init__(*args, **kw)
        self._line = line
        whole, self.fp = self.fp, None
        self._patient = _Patient(line, whole.detach())
        self.fp = io.BufferedReader(self._patient)
        self._socket = args[0]
        self._body = ChunkedBody(self._more, _told)
        self._is_drained = False

    def begin(self) -> None:
        """Read the headers of the answer. http.client skips 100 alone of those that go before it: RFC 9110, 15.2."""
        super().begin()
        while self.status in INTERIM:
            self.headers = None  # type: ignore[assignment]
            super().begin()
        if "\r" in self.reason:
            # The head's lines end in carriage returns alone, and the first frame would be taken for a part of it.
            raise http.client.BadStatusLine(self.reason)

    def read1(self, n: int = -1) -> bytes:
        """The content that has arrived, waiting for at least one byte; b"" at the end.

        Raises ``IncompleteRead`` if the body is cut, ``HTTPException`` if it is damaged. A chunked body may give
        more than ``n`` bytes, though never more than one read of the socket brings.
        """
        if not self.chunked or self.fp is None:
            return super().read1(n)
        content = self._body.read()
        if not content:
            self.close()
        return content

    def _more(self) -> bytes:
        """What has arrived; past the buffer, which is of use for headers only, once that is empty."""
        if not self._is_drained:
            self._patient.is_dry = True
            left: bytes = self.fp.read1(READ_SIZE)
            if left:
                return left
            self._is_drained = True
        return self._line.receive(self._socket, READ_SIZE)


def _told(error: Exception) -> Exception:
    if isinstance(error, OSError):
        raise error
    return http.client.IncompleteRead(b"") if isinstance(error, CutShort) else http.client.HTTPException(str(error))


class _Patient(io.RawIOBase):
    """A socket's file, each of whose reads waits only as long as the clocks allow. When it is dry it gives only what
    was read ahead."""

    _raw: io.RawIOBase | None = None

    def __init__(self, line: Line, raw: io.RawIOBase) -> None:
        self.is_dry = False
        self._line = line
        self._raw = raw

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int | None:
        if ahead := self._line.read_ahead:
            size = min(len(buffer), len(ahead))
            buffer[:size], self._line.read_ahead = ahead[:size], ahead[size:]
            return size
        if self.is_dry:
            return None
        self._line.set_wait()
        try:
            assert self._raw
            return self._raw.readinto(buffer)
        except TimeoutError as error:
            raise self._line.fault_of(error) from error

    def close(self) -> None:
        if self._raw:
            self._raw.close()
        super().close()


class Noted:
    """Of a connection: the line of the request that it is for, and its socket, which the line is told of."""

    line: Line
    sock: Any

    def response_class(self, *args: Any, **kw: Any) -> Arriving:
        """The response, as http.client makes it; the line knows it too."""
        self.line.arriving = Arriving(self.line, *args, **kw)
        return self.line.arriving

    def _new_conn(self) -> Any:
        # The one place where there is a socket already, and no byte of proxy or TLS on it yet.
        made = None
        try:
            made = super()._new_conn()  # type: ignore[misc]
            self.line.hold(made)
            self.line.set_wait()
        except BaseException:
            if made is not None:
                made.close()
            raise
        return made

    def connect(self) -> None:
        """Connect, under the connect clock."""
        super().connect()  # type: ignore[misc]
        self.line.connected(self.sock)

    def send(self, data: bytes) -> None:
        """Send, under the clocks."""
        if self.sock is None:
            self.connect()
        self.line.send(super().send, data)  # type: ignore[misc]


class _Made(Noted):
    made: Preconnection
    is_verified: bool

    def connect(self) -> None:
        self.sock = self.made.take_ordinary(self.line)
        self.line.hold(self.sock)
        # Where there is TLS, it was agreed on by the same settings.
        self.is_verified = True

    def send(self, data: bytes) -> None:  # noqa: ARG002 - it has been sent
        if self.sock is None:
            self.connect()
