"""A TCP proxy on loopback that makes the way as long as a real one: ``python -m tests.bench.delay PORT MILLISECONDS``.

MILLISECONDS is the round trip. Loopback connects at once, whatever stands behind it; the round trip that connecting
costs counts from when the client has connected, and nothing of the client's goes on its way before it is over, so that
all that follows is as late as it would be, and what a client does meanwhile is done meanwhile. Prints its own port, and
ends when stdin does.
"""

from __future__ import annotations

import queue
import socket
import sys
import threading
import time


def main(port: int, round_trip: float) -> None:
    """``round_trip`` in seconds."""
    listener = socket.create_server(("127.0.0.1", 0), backlog=64)
    print(listener.getsockname()[1], flush=True)
    threading.Thread(target=_accept, args=(listener, port, round_trip), daemon=True).start()
    sys.stdin.read()


def _accept(listener: socket.socket, port: int, round_trip: float) -> None:
    while True:
        client, _ = listener.accept()
        connected = time.monotonic() + round_trip
        server = socket.create_connection(("127.0.0.1", port))
        for end in (client, server):
            end.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        _relay(client, server, connected, round_trip / 2)
        _relay(server, client, connected, round_trip / 2)


def _relay(source: socket.socket, sink: socket.socket, connected: float, late: float) -> None:
    """Pass on what comes, ``late`` seconds late, in order, and the end of it too; nothing as if sent before
    ``connected``."""
    pieces: queue.SimpleQueue[tuple[float, bytes]] = queue.SimpleQueue()
    threading.Thread(target=_take, args=(source, pieces, connected, late), daemon=True).start()
    threading.Thread(target=_give, args=(pieces, sink), daemon=True).start()


def _take(source: socket.socket, pieces: queue.SimpleQueue[tuple[float, bytes]], connected: float, late: float) -> None:
    data = b"-"
    while data:
        try:
            data = source.recv(65536)
        except OSError:
            data = b""
        pieces.put((max(time.monotonic(), connected) + late, data))


def _give(pieces: queue.SimpleQueue[tuple[float, bytes]], sink: socket.socket) -> None:
    data = b"-"
    while data:
        # A later piece may be due before the first one: the sleep for that one keeps the order.
        due, data = pieces.get()
        time.sleep(max(0.0, due - time.monotonic()))
        try:
            if data:
                sink.sendall(data)
            else:
                sink.shutdown(socket.SHUT_WR)
        except OSError:
            return


if __name__ == "__main__":
    main(int(sys.argv[1]), int(sys.argv[2]) / 1000)
