"""urllib3 connections that let us hold their socket.

Each read must wait only as long as the nearest clock allows, and a reader that goes away must end a read that
is under way. Both need the socket, which neither requests nor urllib3 hands out: so the connection class, which
urllib3 lets its users replace (``ConnectionPool.ConnectionCls``), notes it when it connects.
"""

from __future__ import annotations

import socket
from typing import TYPE_CHECKING, Any

from requests.adapters import HTTPAdapter

if TYPE_CHECKING:
    from urllib3.connectionpool import HTTPConnectionPool


class Line:
    """The socket under a request, once there is one; closed for good by ``cut``, from any thread."""

    def __init__(self) -> None:
        self._socket: socket.socket | None = None
        self._is_cut = False

    def hold(self, connected: socket.socket) -> None:
        """Note the socket that has just been connected."""
        self._socket = connected
        if self._is_cut:
            self.cut()

    def wait_at_most(self, seconds: float) -> None:
        """Let the next reads wait this long for a byte."""
        if self._socket is not None:
            self._socket.settimeout(None if seconds == float("inf") else seconds)

    def cut(self) -> None:
        """Shut the connection down: a read that waits in another thread comes back at once."""
        self._is_cut = True
        if self._socket is not None:
            try:
                # SSLSocket.shutdown would pull the TLS state from under the thread that reads.
                socket.socket.shutdown(self._socket, socket.SHUT_RDWR)
            except OSError:
                return


class LineAdapter(HTTPAdapter):
    """requests' adapter, with the sockets of its connections noted in a ``Line``."""

    def __init__(self, line: Line) -> None:
        self._line = line
        super().__init__(max_retries=0)

    def get_connection_with_tls_context(self, *args: Any, **kw: Any) -> HTTPConnectionPool:
        """The pool as requests makes it, for any proxy and TLS setting, with our connection class."""
        pool: HTTPConnectionPool = super().get_connection_with_tls_context(*args, **kw)
        if not issubclass(pool.ConnectionCls, _Noted):
            pool.ConnectionCls = type("Connection", (_Noted, pool.ConnectionCls), {"line": self._line})
        return pool


class _Noted:
    line: Line
    sock: socket.socket

    def connect(self) -> None:
        super().connect()  # type: ignore[misc]
        self.line.hold(self.sock)
