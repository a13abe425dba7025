"""Signals in every phase of a run: reading stdin, connecting, the handshake, waiting, answering, a full pipe."""

from __future__ import annotations

import os
import re
import signal
import socket
import subprocess
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, closing, contextmanager

import pytest

from dsk.scripted.faults import parse_fault
from dsk.scripted.script import Reply, Script
from dsk.scripted.server import ScriptedServer
from tests.harness import Dsk, is_blocked, wait_until
from tests.terminal import Terminal
from tests.wire.raw import RawServer

Serve = Callable[[Script], ScriptedServer]
Phase = Callable[[Dsk, Serve], AbstractContextManager["subprocess.Popen[bytes]"]]


@contextmanager
def reading_stdin(dsk: Dsk, _serve: Serve) -> Iterator[subprocess.Popen[bytes]]:
    read, write = os.pipe()
    with dsk.start("ask", "hi", stdin=read) as process:
        os.close(read)
        assert process.stderr
        assert b"waiting for standard input" in process.stderr.readline()
        yield process
    os.close(write)


@contextmanager
def in_the_handshake(dsk: Dsk, _serve: Serve) -> Iterator[subprocess.Popen[bytes]]:
    with closing(socket.create_server(("127.0.0.1", 0))) as silent:
        url = f"https://127.0.0.1:{silent.getsockname()[1]}"
        # Python 3.10 leaves the socket of an interrupted handshake to be collected, and says so.
        warnings = {"PYTHONWARNINGS": "error,ignore:unclosed <ssl.SSLSocket:ResourceWarning"}
        with dsk.start("ask", "--base-url", url, "hi", env=warnings) as process:
            connection, _ = silent.accept()
            with connection:
                assert connection.recv(1) == b"\x16", "the first byte of a TLS handshake"
                yield process


@contextmanager
def waiting_for_the_answer(dsk: Dsk, serve: Serve) -> Iterator[subprocess.Popen[bytes]]:
    server = serve(Script(faults=(parse_fault("stall"),)))
    with dsk.start("ask", "--base-url", server.base_url, "hi") as process:
        wait_until(lambda: server.requests, "the request")
        yield process


@contextmanager
def waiting_to_retry(dsk: Dsk, serve: Serve) -> Iterator[subprocess.Popen[bytes]]:
    server = serve(Script(faults=(parse_fault("503=60"),)))
    with dsk.start("ask", "--base-url", server.base_url, "hi") as process:
        assert process.stderr
        assert b"trying again" in process.stderr.readline()
        yield process


@contextmanager
def answering(dsk: Dsk, serve: Serve) -> Iterator[subprocess.Popen[bytes]]:
    server = serve(Script(replies=(Reply(text="one two three four"),), faults=(parse_fault("stall-after=3"),)))
    with dsk.start("ask", "--base-url", server.base_url, "hi") as process:
        assert process.stdout
        assert os.read(process.stdout.fileno(), 3)
        yield process


@contextmanager
def reasoning(dsk: Dsk, serve: Serve) -> Iterator[subprocess.Popen[bytes]]:
    replies = (Reply(text="yes", reasoning="Hm, let me see"),)
    server = serve(Script(replies=replies, faults=(parse_fault("stall-after=2"),)))
    with dsk.start(
        "ask", "--think", "--reasoning-to", "1", "-o", "/dev/null", "--base-url", server.base_url, "hi"
    ) as process:
        assert process.stdout
        assert os.read(process.stdout.fileno(), 3)
        yield process


@contextmanager
def before_a_full_pipe(dsk: Dsk, serve: Serve) -> Iterator[subprocess.Popen[bytes]]:
    server = serve(Script(replies=(Reply(text="word " * 40_000),)))
    with dsk.start("ask", "--base-url", server.base_url, "hi") as process:
        wait_until(lambda: is_blocked(process.pid), "the pipe to be full")
        yield process


PHASES = [reading_stdin, in_the_handshake, waiting_for_the_answer, waiting_to_retry, answering, before_a_full_pipe]
by_phase = pytest.mark.parametrize("phase", PHASES, ids=lambda phase: phase.__name__)


@by_phase
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_a_signal_ends_the_run_by_that_signal_in_every_phase(
    dsk: Dsk, serve: Serve, phase: Phase, number: signal.Signals
) -> None:
    with phase(dsk, serve) as process:
        process.send_signal(number)
        assert process.wait(30) == -number
        assert process.stderr
        assert b"Traceback" not in process.stderr.read()


@by_phase
def test_two_in_a_row_do_no_harm(dsk: Dsk, serve: Serve, phase: Phase) -> None:
    with phase(dsk, serve) as process:
        process.send_signal(signal.SIGINT)
        process.send_signal(signal.SIGTERM)
        assert process.wait(30) in (-signal.SIGINT, -signal.SIGTERM)
        assert process.stderr
        assert b"Traceback" not in process.stderr.read()


@pytest.mark.parametrize(
    ("phase", "line"),
    [
        (waiting_for_the_answer, rb"dsk: waiting: nothing has come yet, \d+\.\d s\n"),
        (reasoning, rb"dsk: reasoning: [1-9]\d* characters? in \d+ pieces?, \d+\.\d s, \d+\.\d pieces/s\n"),
        (answering, rb"dsk: answering: \d+ characters? in \d+ pieces?, \d+\.\d s, \d+\.\d pieces/s\n"),
    ],
)
def test_sigusr1_says_how_far_it_is_and_the_run_goes_on(dsk: Dsk, serve: Serve, phase: Phase, line: bytes) -> None:
    with phase(dsk, serve) as process:
        process.send_signal(signal.SIGUSR1)
        assert process.stderr
        assert re.fullmatch(line, process.stderr.readline())
        assert process.poll() is None
        process.kill()


def test_sigusr1_counts_every_token_that_came_by_itself(dsk: Dsk, serve: Serve) -> None:
    replies = (Reply(text="word " * 1200),)
    server = serve(Script(replies=replies, pace=4000, faults=(parse_fault("stall-after=1200"),)))
    with dsk.start("ask", "--base-url", server.base_url, "hi") as process:
        assert process.stdout
        printed = 0
        while printed < 1200 * 5 - 1:
            printed += len(os.read(process.stdout.fileno(), 65536))
        process.send_signal(signal.SIGUSR1)
        assert process.stderr
        line = process.stderr.readline()
        assert line.startswith(b"dsk: answering: %d characters in 1200 pieces" % printed), line
        process.kill()


def test_what_the_parent_ignores_stays_ignored(dsk: Dsk, serve: Serve) -> None:
    server = serve(Script(replies=(Reply(text="one two three"),), pace=4))
    script = (
        "trap '' TERM HUP INT; dsk ask -I --base-url $URL hi & "
        'until [ -n "$(ls out 2>/dev/null)" ]; do sleep 0.05; : > out; done; '
        "kill -TERM $!; kill -HUP $!; kill -INT $!; wait $!; echo $?"
    )
    result = dsk.shell(script, env={"URL": server.base_url})
    assert result.stdout == b"one two three\n0\n"


def test_a_queue_is_shown_on_a_terminal_and_vanishes(dsk: Dsk) -> None:
    is_shown = threading.Event()

    def queue(connection: socket.socket) -> None:
        connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n\r\n")
        while not is_shown.wait(0.05):
            connection.sendall(b": keep-alive\n\n")
        connection.sendall(b'data: {"choices":[{"index":0,"delta":{"content":"yes"},"finish_reason":"stop"}]}\n\n')
        connection.sendall(b"data: [DONE]\n\n")

    with RawServer(queue) as server, Terminal(dsk, "ask", "--base-url", server.url, "hi") as terminal:
        terminal.wait_for("queued")
        is_shown.set()
        seen = terminal.finish()
        assert terminal.process.returncode == 0
    assert re.search(r"\r\x1b\[K\x1b\[2m\S+ queued \d+ s\x1b\[0m", seen)
    assert seen.endswith("\r\x1b[Kyes\n")


@pytest.mark.parametrize("milliseconds", range(0, 96, 8))
def test_a_signal_is_heard_whatever_is_being_loaded(dsk: Dsk, milliseconds: int) -> None:
    """The request is sent while most of the program is still to be loaded, and Python drops what is raised in some
    places there: the moments are spread over that time."""
    with closing(socket.create_server(("127.0.0.1", 0))) as silent:
        url = f"http://127.0.0.1:{silent.getsockname()[1]}"
        with dsk.start("ask", "--base-url", url, "hi") as process:
            connection, _ = silent.accept()
            with connection:
                assert connection.recv(1)
                time.sleep(milliseconds / 1000)
                process.send_signal(signal.SIGTERM)
                assert process.wait(30) == -signal.SIGTERM
                assert process.stderr
                assert process.stderr.read() == b"dsk: terminated\n"
