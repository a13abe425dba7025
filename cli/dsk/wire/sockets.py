"""urllib3 connections that let us hold their socket, and responses that give all that has arrived.

Each read must wait only as long as the nearest clock allows, and a reader that goes away must end a read that
is under way. Both need the socket, which neither requests nor urllib3 hands out: so the connection class, which
urllib3 lets its users replace (``ConnectionPool.ConnectionCls``), notes it when it connects. The response class
is replaced where http.client has a name for it (``HTTPConnection.response_class``).
"""

from __future__ import annotations

import http.client
import socket
from typing import Any

from requests.adapters import HTTPAdapter

from dsk.wire.chunked import Chunked
from dsk.wire.line import Line

READ_SIZE = 65536


class LineAdapter(HTTPAdapter):
    """requests' adapter, with the sockets of its connections noted in a ``Line``."""

    def __init__(self, line: Line) -> None:
        self._line = line
        super().__init__(max_retries=0)

    def get_connection_with_tls_context(self, *args: Any, **kw: Any) -> Any:
        """The pool as requests makes it, for any proxy and TLS setting, with our connection class."""
        pool: Any = super().get_connection_with_tls_context(*args, **kw)
        if not issubclass(pool.ConnectionCls, _Noted):
            pool.ConnectionCls = type("Connection", (_Noted, pool.ConnectionCls), {"line": self._line})
        return pool


class Arriving(http.client.HTTPResponse):
    """A response whose ``read1`` gives the content of all chunks that have arrived, not of one."""

    def __init__(self, *args: Any, **kw: Any) -> None:
        super().__init__(*args, **kw)
        self._body = Chunked()

    def read1(self, n: int = -1) -> bytes:
        """The content that has arrived, waiting for at least one byte; b"" at the end.

        Raises ``IncompleteRead`` if the body is cut, ``HTTPException`` if it is damaged. A chunked body may give
        more than ``n`` bytes, though never more than one read of the socket brings.
        """
        if not self.chunked or self.fp is None:
            return super().read1(n)
        while not self._body.done:
            data = self.fp.read1(READ_SIZE)
            if not data:
                raise http.client.IncompleteRead(b"")
            try:
                content = self._body.feed(data)
            except ValueError as error:
                raise http.client.HTTPException(f"the chunks are damaged: {error}") from error
            if content:
                return content
        self.close()
        return b""


class _Noted:
    line: Line
    sock: socket.socket
    response_class = Arriving

    def connect(self) -> None:
        super().connect()  # type: ignore[misc]
        self.line.hold(self.sock)
