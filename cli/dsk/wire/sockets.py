"""urllib3 connections that let us hold their socket.

Each read must wait only as long as the nearest clock allows, and a reader that goes away must end a read that
is under way. Both need the socket, which neither requests nor urllib3 hands out: so the connection class, which
urllib3 lets its users replace (``ConnectionPool.ConnectionCls``), notes it when it connects.
"""

from __future__ import annotations

import socket
from typing import Any

from requests.adapters import HTTPAdapter

from dsk.wire.line import Line


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


class _Noted:
    line: Line
    sock: socket.socket

    def connect(self) -> None:
        super().connect()  # type: ignore[misc]
        self.line.hold(self.sock)
