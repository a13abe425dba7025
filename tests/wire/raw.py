"""A server that is no HTTP server: it reads a request and answers with the bytes it was given."""

from __future__ import annotations

import socket
import threading
from collections.abc import Callable
from types import TracebackType

from tests.wire.listening import Listening

Answer = Callable[[socket.socket], None]


def says(data: bytes) -> Answer:
    """Say this and close."""
    return lambda connection: connection.sendall(data)


class RawServer(Listening):
    """Answers every connection; ``requests`` are what it has read over them."""

    def __init__(self, answer: Answer, *, reads: bool = True) -> None:
        self.requests: list[bytes] = []
        self._over = threading.Event()
        self._answer = answer
        self._reads = reads
        super().__init__(self._one)

    def drips(self, head: bytes, drop: bytes) -> None:
        """From the next connection on say ``head``, then a drop every 50 ms until the client goes."""

        def drip(connection: socket.socket) -> None:
            connection.sendall(head)
            while not self._over.wait(0.05):
                connection.sendall(drop)

        self._answer = drip

    def waits(self) -> None:
        """Until the test is over."""
        self._over.wait()

    def __exit__(self, *exc: type[BaseException] | BaseException | TracebackType | None) -> None:
        self._over.set()
        super().__exit__(*exc)

    def _one(self, connection: socket.socket) -> None:
        with connection:
            try:
                if self._reads:
                    self.requests.append(read_request(connection))
                self._answer(connection)
                # Closing with the request unread would take the answer back.
                connection.shutdown(socket.SHUT_WR)
            except OSError:
                return


def read_request(connection: socket.socket) -> bytes:
    """A request with its body, whose length it tells."""
    data = b""
    while b"\r\n\r\n" not in data:
        data += _some(connection)
    head, _, body = data.partition(b"\r\n\r\n")
    lengths = [line for line in head.split(b"\r\n") if line.lower().startswith(b"content-length:")]
    length = int(lengths[0].partition(b":")[2]) if lengths else 0
    while len(body) < length:
        body += _some(connection)
    return head + b"\r\n\r\n" + body


def _some(connection: socket.socket) -> bytes:
    data = connection.recv(65536)
    if not data:
        raise ConnectionError("the client has gone")
    return data
