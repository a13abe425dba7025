"""A small HTTP proxy that tunnels (CONNECT), for tests: it notes what it was asked."""

from __future__ import annotations

import socket
import threading

from tests.wire.listening import Listening


class TunnelProxy(Listening):
    """Every CONNECT is led to ``target``, whatever host it names."""

    def __init__(self, target: tuple[str, int]) -> None:
        self.heads: list[bytes] = []
        self._target = target
        super().__init__(self._tunnel)

    def _tunnel(self, client: socket.socket) -> None:
        head = b""
        while b"\r\n\r\n" not in head:
            data = client.recv(4096)
            if not data:
                client.close()
                return
            head += data
        self.heads.append(head)
        if not head.startswith(b"CONNECT "):
            client.sendall(b"HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\nConnection: close\r\n\r\n")
            client.close()
            return
        with client, socket.create_connection(self._target) as server:
            client.sendall(b"HTTP/1.1 200 Connection established\r\n\r\n")
            back = threading.Thread(target=_pump, args=(server, client), daemon=True)
            back.start()
            _pump(client, server)
            back.join()


def _pump(source: socket.socket, sink: socket.socket) -> None:
    try:
        while data := source.recv(65536):
            sink.sendall(data)
        sink.shutdown(socket.SHUT_WR)
    except OSError:
        # One side has gone: the other's next read says so.
        return
