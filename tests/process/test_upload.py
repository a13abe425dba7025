"""How far a large request is: shown on a terminal's stderr while it is sent, and nowhere else."""

from __future__ import annotations

import re
import socket
import subprocess
import threading
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from tests.harness import DEADLINE, Dsk
from tests.terminal import Terminal

SIZE = 24 << 20
REPLY = (
    b"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nConnection: close\r\n\r\n"
    b'data: {"choices":[{"index":0,"delta":{"content":"Fine."},"finish_reason":"stop"}]}\n\ndata: [DONE]\n\n'
)


class SlowServer:
    """Reads a request slowly until ``hurry`` is set, and then to its end, or not at all where it is to break off."""

    def __init__(self, *, breaks: bool) -> None:
        self.hurry = threading.Event()
        self._breaks = breaks
        self._socket = socket.create_server(("127.0.0.1", 0))
        # The less the system takes on its own, the sooner the reader's pace is that of the sender.
        self._socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 65536)
        self.url = f"http://127.0.0.1:{self._socket.getsockname()[1]}"
        self._thread = threading.Thread(target=self._serve)
        self._thread.start()

    def close(self) -> None:
        self.hurry.set()
        self._thread.join(DEADLINE)
        self._socket.close()

    def _serve(self) -> None:
        self._socket.settimeout(DEADLINE)
        connection, _ = self._socket.accept()
        with connection:
            connection.settimeout(DEADLINE)
            head = b""
            while b"\r\n\r\n" not in head:
                head += connection.recv(65536)
            found = re.search(rb"content-length: (\d+)", head, re.IGNORECASE)
            assert found
            left = int(found[1]) - (len(head) - head.index(b"\r\n\r\n") - 4)
            while left > 0:
                if self.hurry.is_set() and self._breaks:
                    return
                left -= len(connection.recv(65536))
                self.hurry.wait(0.01)
            connection.sendall(REPLY)


@contextmanager
def slow_server(*, breaks: bool = False) -> Iterator[SlowServer]:
    server = SlowServer(breaks=breaks)
    try:
        yield server
    finally:
        server.close()


def sending(dsk: Dsk, server: SlowServer) -> Terminal:
    """A run whose stderr is a terminal."""
    args = ("ask", "--base-url", server.url, "--retry", "0", "-f", "large.txt", "hi")
    return Terminal(dsk, *args, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE)


def answer_of(terminal: Terminal) -> tuple[bytes, int]:
    """The stdout of a run, and its return code."""
    stdout, _ = terminal.process.communicate(timeout=DEADLINE)
    return stdout, terminal.process.returncode


@pytest.fixture(autouse=True)
def large(dsk: Dsk) -> None:
    (dsk.home / "large.txt").write_bytes(b"x" * SIZE)


def test_a_terminal_is_shown_how_much_has_been_sent_and_then_nothing_of_it(dsk: Dsk) -> None:
    with slow_server() as server, sending(dsk, server) as terminal:
        terminal.wait_for("MB")
        server.hurry.set()
        assert answer_of(terminal) == (b"Fine.\n", 0)
        lines = terminal.finish().split("\r\x1b[K")
    assert re.fullmatch(r"dsk: sent \d+\.\d of 25\.2 MB", lines[1])
    assert (lines[0], lines[-1]) == ("", ""), "nothing is left of it"


def test_a_failure_in_the_midst_of_it_has_a_line_of_its_own(dsk: Dsk) -> None:
    with slow_server(breaks=True) as server, sending(dsk, server) as terminal:
        terminal.wait_for("MB")
        server.hurry.set()
        assert answer_of(terminal) == (b"", 7)
        assert re.search(r"of 25\.2 MB\ndsk: no answer from 127", terminal.finish())


def test_a_file_is_shown_nothing(dsk: Dsk) -> None:
    with slow_server() as server:
        server.hurry.set()
        result = dsk.run("ask", "--base-url", server.url, "-f", "large.txt", "hi", stdin=None)
    assert (result.stdout, result.errors, result.status) == (b"Fine.\n", "", 0)


def test_a_dumb_terminal_is_shown_nothing(dsk: Dsk) -> None:
    dsk.env["TERM"] = "dumb"
    with slow_server() as server:
        server.hurry.set()
        with sending(dsk, server) as terminal:
            assert answer_of(terminal) == (b"Fine.\n", 0)
            assert terminal.finish() == ""
