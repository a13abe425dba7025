"""The load server: a process of its own that sends what the path of the request plans.

``python -m tests.bench.server DIRECTORY`` makes a certificate, writes ``ca.pem`` into DIRECTORY, prints one line
with its ports, and then one line a request: when its last byte had come, by the monotonic clock in ns, which all
processes of a machine share. It speaks as much HTTP as that takes.
"""

from __future__ import annotations

import gc
import json
import os
import socket
import ssl
import sys
import threading
import time
from pathlib import Path

from tests.bench import frames
from tests.bench.plan import Plan, parse_path, stamp

_NAMES = ("localhost", "127.0.0.1")


def main(directory: Path) -> None:
    """Serve until stdin ends, which it does when the benchmark is gone, however it went."""
    secure = certificate(directory)
    frames.block(frames.BLOCK)
    gc.freeze()
    gc.disable()
    plain, tls = (socket.create_server(("127.0.0.1", 0), backlog=64) for _ in range(2))
    _say({"http": plain.getsockname()[1], "https": tls.getsockname()[1]})
    threading.Thread(target=_accept, args=(plain, None), daemon=True).start()
    threading.Thread(target=_accept, args=(tls, secure), daemon=True).start()
    sys.stdin.read()


def certificate(directory: Path) -> ssl.SSLContext:
    """A server's TLS context, from an authority that is left in ``ca.pem``."""
    import trustme

    authority = trustme.CA()
    authority.cert_pem.write_to_path(str(directory / "ca.pem"))
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.set_alpn_protocols(["http/1.1"])
    authority.issue_cert(*_NAMES).configure_cert(context)
    return context


def _accept(listener: socket.socket, secure: ssl.SSLContext | None) -> None:
    while True:
        connection, _ = listener.accept()
        threading.Thread(target=_serve, args=(connection, secure), daemon=True).start()


def _serve(connection: socket.socket, secure: ssl.SSLContext | None) -> None:
    connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    try:
        if secure:
            connection = secure.wrap_socket(connection, server_side=True)
        with connection:
            path = read_request(connection)
            received = time.monotonic_ns()
            if path is None:
                return
            plan = parse_path(path)
            answer(connection, plan)
            _say({"number": plan.number, "received": received})
            _linger(connection)
    except OSError:
        # The client went: it says itself what was wrong.
        connection.close()


def read_request(connection: socket.socket) -> str | None:
    """The path of a request that has come whole; None if the client closed before."""
    data = b""
    while b"\r\n\r\n" not in data:
        piece = connection.recv(65536)
        if not piece:
            return None
        data += piece
    head, _, body = data.partition(b"\r\n\r\n")
    first, *lines = head.decode("latin-1").split("\r\n")
    fields = dict(line.lower().split(": ", 1) for line in lines)
    missing = int(fields.get("content-length", 0)) - len(body)
    while missing > 0:
        missing -= len(connection.recv(65536)) or missing
    return first.split()[1]


def answer(connection: socket.socket, plan: Plan) -> None:
    """Send the whole answer, in the time it is to take."""
    connection.sendall(frames.HEAD)
    if plan.think:
        time.sleep(plan.think / 1000)
    connection.sendall(frames.http_chunks(frames.opening()))
    if plan.rate:
        _paced(connection, plan)
    else:
        _at_once(connection, plan.tokens)
    connection.sendall(frames.http_chunks(frames.ending(plan.tokens)) + b"0\r\n\r\n")


def _at_once(connection: socket.socket, tokens: int) -> None:
    blocks, rest = divmod(tokens, frames.BLOCK)
    for _ in range(blocks):
        connection.sendall(frames.block(frames.BLOCK))
    connection.sendall(frames.block(rest))


def _paced(connection: socket.socket, plan: Plan) -> None:
    """Each write bears the time at which it is made, for each of its tokens."""
    before, after = frames.http_chunks(frames.token(stamp(0).decode())).split(stamp(0))
    due = time.monotonic()
    for _ in range(0, plan.tokens, plan.burst):
        due += plan.burst / plan.rate
        time.sleep(max(0.0, due - time.monotonic()))
        connection.sendall((before + stamp(time.monotonic_ns()) + after) * plan.burst)


def _linger(connection: socket.socket) -> None:
    """Wait for the client to close: closing first could take back what it has not read yet."""
    connection.settimeout(5)
    while connection.recv(65536):
        pass


_say_lock = threading.Lock()


def _say(line: dict[str, int]) -> None:
    with _say_lock:
        os.write(1, json.dumps(line).encode() + b"\n")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
