"""Before an answer begins: what is tried again, after which waits, and what is not."""

from __future__ import annotations

import email.utils
import re
import signal
import socket
import threading
import time
from collections.abc import Callable
from contextlib import closing

import pytest

from dsk.scripted.faults import parse_fault
from dsk.scripted.script import Reply, Script
from dsk.scripted.server import ScriptedServer
from tests.harness import Dsk, Result, wait_until

Serve = Callable[[Script], ScriptedServer]


def faulty(serve: Serve, *faults: str) -> ScriptedServer:
    return serve(Script(replies=(Reply(text="yes"),), faults=tuple(parse_fault(f) for f in faults)))


def ask(dsk: Dsk, server: ScriptedServer, *args: str) -> Result:
    return dsk.run("ask", "--base-url", server.base_url, *args, "hi", stdin=None)


@pytest.mark.parametrize("fault", ["429=0", "500=0", "502=0", "503=0", "504=0"])
def test_what_may_pass_is_tried_again_and_each_wait_is_said(dsk: Dsk, serve: Serve, fault: str) -> None:
    server = faulty(serve, f"{fault}x2")
    result = ask(dsk, server)
    assert (result.stdout, result.status) == (b"yes\n", 0)
    lines = result.errors.splitlines()
    assert len(lines) == 2
    for number, line in enumerate(lines, 1):
        assert f"HTTP {fault[:3]}" in line
        assert line.endswith(f"; trying again in 0.0 s ({number} of 5)")
    assert len(server.requests) == 3
    assert len({request.body for request in server.requests}) == 1


@pytest.mark.parametrize("fault", ["drop", "reset"])
def test_a_connection_that_is_lost_before_the_answer_is_tried_again(dsk: Dsk, serve: Serve, fault: str) -> None:
    server = faulty(serve, f"{fault}x1")
    result = ask(dsk, server)
    assert (result.stdout, result.status) == (b"yes\n", 0)
    assert re.fullmatch(r"dsk: no answer from .*; trying again in 0\.[2-5] s \(1 of 5\)\n", result.errors)


def test_a_stream_that_is_cut_before_anything_came_is_asked_for_again(dsk: Dsk, serve: Serve) -> None:
    server = faulty(serve, "drop-after=0x1")
    result = ask(dsk, server)
    assert (result.stdout, result.status) == (b"yes\n", 0)
    assert "trying again" in result.errors
    assert [request.path for request in server.requests] == ["/chat/completions"] * 2


def test_a_server_that_comes_up_late_is_reached(dsk: Dsk) -> None:
    with closing(socket.socket()) as taken:
        taken.bind(("127.0.0.1", 0))
        port = taken.getsockname()[1]
    with dsk.start("ask", "--base-url", f"http://127.0.0.1:{port}", "hi") as process:
        assert process.stderr
        assert b"connection refused; trying again" in process.stderr.readline()
        with ScriptedServer(Script(replies=(Reply(text="yes"),)), port=port):
            stdout, _ = process.communicate(timeout=30)
    assert (stdout, process.returncode) == (b"yes\n", 0)


@pytest.mark.parametrize("status", ["400", "401", "402", "403", "404", "413", "422"])
def test_what_will_not_pass_is_never_tried_again(dsk: Dsk, serve: Serve, status: str) -> None:
    server = faulty(serve, status)
    assert ask(dsk, server).status in (3, 4, 9)
    paths = [request.path for request in server.requests]
    assert len(paths) == len(set(paths)), "no path is asked twice"


def test_retries_are_counted_and_zero_means_none(dsk: Dsk, serve: Serve) -> None:
    server = faulty(serve, "503=0")
    assert ask(dsk, server, "--retry", "3").status == 6
    assert len(server.requests) == 4
    assert ask(dsk, server, "--retry", "0").status == 6
    assert len(server.requests) == 5


@pytest.mark.parametrize(
    ("date", "least", "most"),
    [("", 50, 100), ("Fri, 31 Dec 9999 23:59:59 GMT", 1e8, 1e9)],
    ids=["in 100 s", "in the year 9999"],
)
def test_retry_after_as_a_date_is_obeyed(dsk: Dsk, date: str, least: float, most: float) -> None:
    """A server of our own, for the header."""
    date = date or email.utils.formatdate(time.time() + 100, usegmt=True)
    with closing(socket.create_server(("127.0.0.1", 0))) as listener:

        def refuse() -> None:
            connection, _ = listener.accept()
            with connection:
                connection.recv(65536)
                head = f"HTTP/1.1 503 Busy\r\nRetry-After: {date}\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"
                connection.sendall(head.encode())

        threading.Thread(target=refuse, daemon=True).start()
        url = f"http://127.0.0.1:{listener.getsockname()[1]}"
        with dsk.start("ask", "--base-url", url, "hi") as process:
            assert process.stderr
            line = process.stderr.readline()
            process.send_signal(signal.SIGINT)
            process.communicate(timeout=30)
    found = re.search(rb"trying again in (\d+\.\d) s", line)
    assert found, line
    assert least < float(found[1]) <= most
    assert process.returncode == -signal.SIGINT


def test_retry_max_time_gives_up_rather_than_wait_too_long(dsk: Dsk, serve: Serve) -> None:
    server = faulty(serve, "429=60")
    result = ask(dsk, server, "--retry-max-time", "10")
    assert (result.stdout, result.status) == (b"", 5)
    assert "--retry-max-time 10 s" in result.errors
    assert len(server.requests) == 1


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_a_signal_ends_the_wait(dsk: Dsk, serve: Serve, number: signal.Signals) -> None:
    server = faulty(serve, "503=60")
    with dsk.start("ask", "--base-url", server.base_url, "hi") as process:
        assert process.stderr
        assert b"trying again in 60.0 s" in process.stderr.readline()
        process.send_signal(number)
        process.communicate(timeout=30)
    assert process.returncode == -number


def test_a_reader_that_goes_away_ends_the_wait(dsk: Dsk, serve: Serve) -> None:
    server = faulty(serve, "503=60")
    with dsk.start("ask", "--base-url", server.base_url, "hi") as process:
        assert process.stderr
        assert process.stdout
        assert b"trying again" in process.stderr.readline()
        process.stdout.close()
        assert process.wait(30) == -signal.SIGPIPE
    assert len(server.requests) == 1


def test_raw_is_tried_again_only_before_the_first_byte(dsk: Dsk, serve: Serve) -> None:
    server = faulty(serve, "503=0x1")
    assert ask(dsk, server, "--raw").status == 0
    wait_until(lambda: len(server.requests) == 2, "two requests")
    broken = faulty(serve, "drop-after=0")
    assert ask(dsk, broken, "--raw").status == 12
    assert len(broken.requests) == 1


def test_no_wait_is_begun_that_max_time_would_end(dsk: Dsk, serve: Serve) -> None:
    server = faulty(serve, "429=60")
    result = ask(dsk, server, "--max-time", "10")
    assert (result.stdout, result.status) == (b"", 5)
    assert "after --max-time 10 s" in result.errors
