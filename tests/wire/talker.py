"""A server that answers many requests over one connection, as it is told, and counts its connections."""

from __future__ import annotations

import socket
import threading
from collections.abc import Callable
from types import TracebackType

from tests.wire.raw import read_request

#: The answer to the n-th request, counted from 0, and whether the connection stays.
Answer = Callable[[int], "tuple[bytes, bool]"]

CHUNKED = b"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nTransfer-Encoding: chunked\r\n\r\n"
END = b"0\r\n\r\n"


def chunk(data: bytes) -> bytes:
    return b"%x\r\n%b\r\n" % (len(data), data)


class Talker:
    """Listens until it is closed. ``accepted`` counts the connections, ``asked`` those in ``requests``."""

    def __init__(self, answer: Answer) -> None:
        self.accepted = 0
        self.asked = 0
        self.requests: list[bytes] = []
        self._answer = answer
        self._lock = threading.Lock()
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.url = f"http://127.0.0.1:{self._listener.getsockname()[1]}"
        threading.Thread(target=self._accept, daemon=True).start()

    def __enter__(self) -> Talker:
        return self

    def __exit__(self, *_exc: type[BaseException] | BaseException | TracebackType | None) -> None:
        # A thread that waits in accept() is not woken by close() alone.
        self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()

    def _accept(self) -> None:
        while True:
            try:
                connection, _ = self._listener.accept()
            except OSError:
                return
            self.accepted += 1
            threading.Thread(target=self._talk, args=(connection,), daemon=True).start()

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
