"""The client at the other end of a connection: what it sends, and the moment at which it leaves.

Writes are watched: while a response waits for its next token, whatever the client does is seen at once. A client
that shuts down its sending side counts as gone, as most servers take it.
"""

from __future__ import annotations

import select
import socket
import struct
import time
from collections.abc import Callable
from contextlib import suppress
from typing import Any, NoReturn

READ_SIZE = 1 << 16
#: A client that pipelines more than this is not read further until its turn has come.
MAX_AHEAD = 1 << 20
#: Below this many seconds a wait is a sleep, because poll knows only whole milliseconds.
FINE = 0.002
#: How long a client that is told goodbye may take to hang up, in seconds.
LINGER = 2.0


class PeerGone(Exception):
    """The client has closed or reset the connection."""


class Peer:
    """One connected client. Not for more than one thread, but for ``end``."""

    def __init__(self, connection: socket.socket) -> None:
        self._socket = connection
        self._ahead = bytearray()
        self._poll = select.poll()
        self._poll.register(connection, select.POLLIN)
        # Only TLS connections have these two; asked for by name, because importing ssl takes long.
        self._pending: Callable[[], int] = getattr(connection, "pending", lambda: 0)
        self._unwrap: Callable[[], Any] | None = getattr(connection, "unwrap", None)

    def read_head(self, limit: int, patience: float) -> bytes | None:
        """Everything up to an empty line, with it; None if it is longer than ``limit``.

        Raises ``PeerGone`` if the client leaves, or is silent for ``patience`` seconds.
        """
        while (end := self._ahead.find(b"\r\n\r\n")) < 0:
            if len(self._ahead) > limit:
                return None
            self._fill(patience)
        return self._take(end + 4)

    def read_line(self, limit: int, patience: float) -> bytes:
        """A line without its end. Raises ``PeerGone``, and ``ValueError`` if it is longer than ``limit``."""
        while (end := self._ahead.find(b"\r\n")) < 0:
            if len(self._ahead) > limit:
                raise ValueError("line too long")
            self._fill(patience)
        return self._take(end + 2)[:-2]

    def read(self, size: int, patience: float) -> bytes:
        """Exactly ``size`` bytes. Raises ``PeerGone``."""
        while len(self._ahead) < size:
            self._fill(patience)
        return self._take(size)

    def send(self, data: bytes) -> None:
        """Write all of it. Raises ``PeerGone``."""
        self.sleep_until(0.0)
        try:
            self._socket.sendall(data)
        except OSError as error:
            raise PeerGone from error

    def sleep_until(self, deadline: float) -> None:
        """Wait for a time of ``time.monotonic``; look at the client at least once. Raises ``PeerGone``."""
        while True:
            left = deadline - time.monotonic()
            if len(self._ahead) >= MAX_AHEAD:
                time.sleep(max(left, 0.0))
                return
            if 0 < left < FINE:
                time.sleep(left)
                left = 0.0
            if self._is_readable(max(left - FINE / 2, 0.0)):
                self._receive()
            elif left <= FINE:
                return

    def wait_gone(self) -> NoReturn:
        """Wait until the client leaves. Raises ``PeerGone``."""
        while True:
            self._is_readable(None)
            self._receive()
            # Whatever it still sends is for nobody.
            self._ahead.clear()

    def goodbye(self) -> None:
        """Close the connection so that everything that was sent is received.

        A close with unread input would reset it, and the client could lose the response: so its input is read
        until it hangs up in turn.
        """
        with suppress(OSError, PeerGone, ValueError):
            if self._unwrap:
                self._socket.settimeout(LINGER)
                self._unwrap()
            self._socket.shutdown(socket.SHUT_WR)
            end = time.monotonic() + LINGER
            while self._is_readable(max(end - time.monotonic(), 0.0)):
                self._receive()
                self._ahead.clear()
        self.close()

    def reset(self) -> None:
        """Close the connection with a RST."""
        with suppress(OSError):
            self._socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.close()

    def close(self) -> None:
        """Close the connection as it is; without TLS's goodbye, so that a client can tell a cut body."""
        with suppress(OSError):
            self._socket.close()

    def end(self) -> None:
        """Make every read and write of the connection end now; for other threads."""
        with suppress(OSError):
            socket.socket.shutdown(self._socket, socket.SHUT_RDWR)

    def _take(self, size: int) -> bytes:
        data = bytes(self._ahead[:size])
        del self._ahead[:size]
        return data

    def _fill(self, patience: float) -> None:
        if not self._is_readable(patience):
            raise PeerGone
        self._receive()

    def _is_readable(self, seconds: float | None) -> bool:
        try:
            return self._pending() > 0 or bool(self._poll.poll(None if seconds is None else int(seconds * 1000)))
        except (OSError, ValueError) as error:
            raise PeerGone from error

    def _receive(self) -> None:
        try:
            data = self._socket.recv(READ_SIZE)
        except (OSError, ValueError) as error:
            raise PeerGone from error
        if not data:
            raise PeerGone
        self._ahead += data
