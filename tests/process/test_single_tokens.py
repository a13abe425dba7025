"""Tokens that come one by one take a shorter way to stdout: nothing is lost on it, whatever happens to stdout."""

from __future__ import annotations

import array
import fcntl
import json
import os
import re
import signal
import subprocess
import termios
import threading
from collections.abc import Callable
from contextlib import suppress
from typing import Any

import pytest

from dsk.scripted.script import Reply, Script
from dsk.scripted.server import ScriptedServer
from tests.harness import Dsk, is_blocked, wait_closed, wait_until

Serve = Callable[[Script], ScriptedServer]
#: Each token is another one, so that one that is lost or there twice is seen.
TEXT = " ".join(f"{number:04d}" for number in range(3000))
PIPE = 4096


def serving(serve: Serve, text: str = TEXT) -> ScriptedServer:
    return serve(Script(replies=(Reply(text=text),), pace=3000))


def small_pipe() -> tuple[int, int]:
    read, write = os.pipe()
    fcntl.fcntl(write, fcntl.F_SETPIPE_SZ, PIPE)
    return read, write


def asking(dsk: Dsk, server: ScriptedServer, stdout: int) -> subprocess.Popen[bytes]:
    process = dsk.start("ask", "--base-url", server.base_url, "hi", stdout=stdout)
    os.close(stdout)
    return process


def drained(read: int) -> bytes:
    found = b""
    while data := os.read(read, 1000):
        found += data
    os.close(read)
    return found


def logged(dsk: Dsk) -> str:
    found: dict[str, Any] = json.loads(dsk.run("log", "show", "-1", "--json").stdout)
    return str(found["content"])


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_while_the_pipe_is_full_loses_nothing_that_came(
    dsk: Dsk, serve: Serve, number: signal.Signals
) -> None:
    read, write = small_pipe()
    with asking(dsk, serving(serve), write) as process:
        wait_until(lambda: is_blocked(process.pid), "the pipe to be full")
        process.send_signal(number)
        found = drained(read).decode()
        assert process.wait(30) == -number
    assert len(found) >= PIPE
    assert TEXT.startswith(found)
    assert logged(dsk) == found


def test_a_pipe_that_does_not_block_gets_every_token_once(dsk: Dsk, serve: Serve) -> None:
    read, write = small_pipe()
    os.set_blocking(write, False)
    found: list[bytes] = []
    reader = threading.Thread(target=lambda: found.append(drained(read)))
    with asking(dsk, serving(serve), write) as process:
        # It is full before anybody reads.
        wait_until(lambda: _held(read) > PIPE - 64, "the pipe to be full")
        reader.start()
        assert process.wait(30) == 0
        reader.join()
    assert found[0].decode() == TEXT + "\n"


def test_a_storm_of_sigusr1_is_answered_and_does_no_harm(dsk: Dsk, serve: Serve) -> None:
    text = " ".join("word" for _ in range(4000))
    server = serving(serve, text)
    errors = dsk.home / "errors"
    with (
        errors.open("wb") as stderr,
        dsk.start("ask", "--base-url", server.base_url, "hi", stderr=stderr.fileno()) as process,
    ):
        assert process.stdout
        found = os.read(process.stdout.fileno(), 100)
        os.set_blocking(process.stdout.fileno(), False)
        while process.poll() is None:
            process.send_signal(signal.SIGUSR1)
            with suppress(BlockingIOError):
                found += os.read(process.stdout.fileno(), 65536)
        os.set_blocking(process.stdout.fileno(), True)
        while data := os.read(process.stdout.fileno(), 65536):
            found += data
        assert process.returncode == 0, errors.read_text()[-500:]
    assert found.decode() == text + "\n"
    lines = errors.read_text().splitlines()
    counts = [re.match(r"dsk: answering: (\d+) characters? in (\d+) pieces?, ", line) for line in lines]
    assert all(counts), [line for line, count in zip(lines, counts, strict=True) if not count]
    assert len(counts) > 10
    for count in counts:
        # "word", and " word" for each further piece.
        assert count
        assert int(count[1]) == 5 * int(count[2]) - 1
    assert logged(dsk) == text


def test_a_reader_who_leaves_ends_it(dsk: Dsk, serve: Serve) -> None:
    server = serving(serve, TEXT * 20)
    read, write = os.pipe()
    with asking(dsk, server, write) as process:
        found = b""
        while len(found) < 2000:
            found += os.read(read, 500)
        os.close(read)
        assert process.wait(30) == -signal.SIGPIPE
        assert process.stderr
        assert process.stderr.read() == b""
    assert wait_closed(server, 0).tokens < 3000 * 20
    assert TEXT.encode().startswith(found)


def test_a_file_that_may_grow_no_more_has_all_that_went_in_and_is_told(dsk: Dsk, serve: Serve) -> None:
    server = serving(serve)
    # Blocks of 1024 bytes, as bash has it. It would hold for the log as well.
    result = dsk.shell("ulimit -f 8; dsk ask --no-log --base-url $URL hi > out", env={"URL": server.base_url})
    assert result.status == 1
    assert result.errors.startswith("dsk: cannot write to stdout: ")
    assert result.errors.count("\n") == 2
    assert (dsk.home / "out").read_text() == TEXT[: 8 * 1024]


def test_what_ends_with_a_line_gets_no_other_line_end(dsk: Dsk, serve: Serve) -> None:
    text = "\n".join(f"line {number}" for number in range(200)) + "\n"
    server = serving(serve, text)
    assert dsk.run("ask", "--base-url", server.base_url, "hi", stdin=None).text == text


def _held(read: int) -> int:
    """The bytes that wait in a pipe."""
    held = array.array("i", [0])
    fcntl.ioctl(read, termios.FIONREAD, held)
    return held[0]
