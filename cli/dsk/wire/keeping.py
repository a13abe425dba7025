"""Connections that are kept from one request to the next, whichever thread makes it.

Where many questions go to one server, names, connections and TLS settings are looked up, made and loaded once. The
rules of a request that stands alone hold for each of these: its waits are under the clocks of its own line, which a
connection finds by the thread that uses it.
"""

from __future__ import annotations

import threading
from typing import Any

from requests.adapters import HTTPAdapter

from dsk.wire.line import Line
from dsk.wire.sockets import Noted


class Pool:
    """Up to ``size`` connections that wait for the next request. Many threads may use it, each for one at a time."""

    def __init__(self, size: int) -> None:
        #: Where a path was found, once it was: see ``endpoint.urls_for``.
        self.found: dict[str, str] = {}
        self._adapter = _KeptAdapter(size)

    def adapter(self, line: Line) -> HTTPAdapter:
        """The adapter, for a request of this thread over this line."""
        self._adapter.here.line = line
        return self._adapter

    def close(self) -> None:
        """Close the connections that wait."""
        self._adapter.end()


class _KeptAdapter(HTTPAdapter):
    def __init__(self, size: int) -> None:
        self.here = threading.local()
        super().__init__(pool_maxsize=size, max_retries=0)

    def get_connection_with_tls_context(self, *args: Any, **kw: Any) -> Any:
        pool: Any = super().get_connection_with_tls_context(*args, **kw)
        if not issubclass(pool.ConnectionCls, Noted):
            pool.ConnectionCls = type("Connection", (_Kept, pool.ConnectionCls), {"here": self.here})
        return pool

    def close(self) -> None:
        """A session that ends leaves the connections to the next."""

    def end(self) -> None:
        super().close()


class _Kept(Noted):
    here: threading.local

    @property
    def line(self) -> Line:  # type: ignore[override]
        found: Line = self.here.line
        return found

    def request(self, *args: Any, **kw: Any) -> None:
        if self.line.wants_new and self.sock is not None:
            self.close()  # type: ignore[attr-defined]
        super().request(*args, **kw)  # type: ignore[misc]

    def send(self, data: bytes) -> None:
        if self.sock is not None and not self.line.has_socket:
            self.line.take_over(self.sock)
        super().send(data)
