"""The socket under a request, for those who must wait on it with care or end it from another thread."""

from __future__ import annotations

import socket


class Line:
    """A connection's socket, once there is one; closed for good by ``cut``, from any thread."""

    def __init__(self) -> None:
        self._socket: socket.socket | None = None
        self._is_cut = False
        self._wait: float | None = None

    @property
    def is_connected(self) -> bool:
        """Whether there has been a connection, TLS and all."""
        return self._socket is not None

    def hold(self, connected: socket.socket) -> None:
        """Note the socket that has just been connected."""
        self._socket = connected
        if self._is_cut:
            self.cut()

    def wait_at_most(self, seconds: float) -> None:
        """Let the next reads wait this long for a byte."""
        # Saying again what the socket knows costs a system call for every token.
        if self._socket is not None and seconds != self._wait:
            self._wait = seconds
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
