"""A server that answers many requests over one connection, as it is told, and counts its connections."""

from __future__ import annotations

import socket
import threading
from collections.abc import Callable

from tests.wire.listening import Listening
from tests.wire.raw import read_request

#: The answer to the n-th request, counted from 0, and whether the connection stays.
Answer = Callable[[int], "tuple[bytes, bool]"]

CHUNKED = b"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nTransfer-Encoding: chunked\r\n\r\n"
END = b"0\r\n\r\n"


def chunk(data: bytes) -> bytes:
    return b"%x\r\n%b\r\n" % (len(data), data)


class Talker(Listening):
    """``asked`` counts the ``requests``."""

    def __init__(self, answer: Answer) -> None:
        self.asked = 0
        self.requests: list[bytes] = []
        self._answer = answer
        self._lock = threading.Lock()
        super().__init__(self._talk)

    def _talk(self, connection: socket.socket) -> None:
        with connection:
            while True:
                try:
                    request = read_request(connection)
                except OSError:
                    return
                with self._lock:
                    self.requests.append(request)
                    number = self.asked
                    self.asked += 1
                data, stays = self._answer(number)
                connection.sendall(data)
                if not stays:
                    return
