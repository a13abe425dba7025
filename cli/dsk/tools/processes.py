"""Programs that run side by side: input to each, what they write, and a limit to time and size.

Each is the leader of a session of its own: it has no terminal, and whatever ends the run ends it with all that it has
started.
"""

from __future__ import annotations

import os
import select
import selectors
import signal
import subprocess
import threading
import time
from collections.abc import Mapping, Sequence
from contextlib import suppress
from typing import IO

from dsk.records import NamedTuple

#: Bytes: of stdout those that are taken, of stderr the last ones that are kept.
MOST_OUTPUT, MOST_ERRORS = 64 << 10, 4 << 10
# Bytes that are read or written at once, and no less than a pipe holds.
PIECE = 1 << 20
# Seconds: between two looks at who has ended, and from asking to end to ending.
TICK, GRACE = 0.02, 0.5


class Order(NamedTuple):
    """A program to be run: its arguments, the first being its path, and its stdin."""

    command: Sequence[str]
    stdin: bytes


class Ran(NamedTuple):
    """What a program left. ``status`` is negative for a signal; ``is_late``: its time was over; ``is_cut``: it wrote
    more than is taken, so that how it ended says nothing; ``fault``: why it could not be run at all."""

    stdout: bytes
    stderr: bytes
    status: int
    is_late: bool
    is_cut: bool
    fault: str


def run_all(orders: Sequence[Order], env: Mapping[str, str], seconds: float) -> list[Ran]:
    """Run programs side by side, each for ``seconds`` at most; what they left, in the same order.

    Whatever is raised meanwhile, as by a signal, ends them all.
    """
    processes: list[subprocess.Popen[bytes] | str] = []
    # A signal is heard in the main thread, where it could part a process that has begun from whoever is to end it.
    starting = threading.Thread(target=_start, args=(orders, env, processes), name="tools")
    try:
        starting.start()
        starting.join()
        with selectors.DefaultSelector() as selector:
            runs = [
                _Run(process, order.stdin, seconds, selector) for process, order in zip(processes, orders, strict=True)
            ]
            while [run for run in runs if not run.is_over()]:
                for key, _ in selector.select(TICK):
                    key.data()
    except BaseException:
        if starting.ident is not None:
            starting.join()
        _end([process for process in processes if not isinstance(process, str) and process.returncode is None])
        raise
    return [run.left() for run in runs]


def _start(orders: Sequence[Order], env: Mapping[str, str], into: list[subprocess.Popen[bytes] | str]) -> None:
    """Start the programs; for one that cannot be, there is the reason."""
    for order in orders:
        try:
            into.append(
                subprocess.Popen(
                    order.command,
                    stdin=subprocess.PIPE,
                    stdout=subprocess.PIPE,
                    stderr=subprocess.PIPE,
                    bufsize=0,
                    env=dict(env),
                    start_new_session=True,
                )
            )
        except (OSError, ValueError) as error:
            into.append((error.strerror if isinstance(error, OSError) else None) or str(error))


class _Run:
    """One of them. ``_has_ended``: it has, and all that it wrote was read."""

    def __init__(
        self, process: subprocess.Popen[bytes] | str, stdin: bytes, seconds: float, selector: selectors.BaseSelector
    ) -> None:
        """``process`` is the reason if there is none."""
        self._process = None if isinstance(process, str) else process
        self._fault = process if isinstance(process, str) else ""
        self._stdin = stdin
        self._out, self._errors = bytearray(), bytearray()
        self._selector = selector
        self._deadline = time.monotonic() + seconds
        self._is_late = self._is_cut = self._has_ended = False
        if self._process is None:
            return
        stdin_pipe, stdout, stderr = self._process.stdin, self._process.stdout, self._process.stderr
        assert stdin_pipe
        assert stdout
        assert stderr
        os.set_blocking(stdin_pipe.fileno(), False)
        selector.register(stdin_pipe, selectors.EVENT_WRITE, lambda: self._write(stdin_pipe))
        selector.register(stdout, selectors.EVENT_READ, lambda: self._read(stdout))
        selector.register(stderr, selectors.EVENT_READ, lambda: self._read_errors(stderr))

    def is_over(self) -> bool:
        """Whether it has ended, as it does now at the latest if its time is over.

        What it leaves behind may hold its pipes open for good: that is not waited for.
        """
        if self._process is None or self._has_ended:
            return True
        if not _is_dead(self._process):
            if time.monotonic() < self._deadline:
                return False
            self._is_late = True
            _end([self._process])
        self._process.wait()
        self._drain(self._process)
        self._has_ended = True
        return True

    def left(self) -> Ran:
        """What it left."""
        status = self._process.returncode if self._process else 0
        return Ran(bytes(self._out), bytes(self._errors), status, self._is_late, self._is_cut, self._fault)

    def _write(self, pipe: IO[bytes]) -> None:
        try:
            self._stdin = self._stdin[os.write(pipe.fileno(), self._stdin[:PIECE]) :]
        except BlockingIOError:
            return
        except OSError:
            # It does not want to know.
            self._stdin = b""
        if not self._stdin:
            self._close(pipe)

    def _read(self, pipe: IO[bytes]) -> None:
        data = os.read(pipe.fileno(), PIECE)
        room = MOST_OUTPUT - len(self._out)
        self._out += data[:room]
        self._is_cut = self._is_cut or len(data) > room
        if not data or self._is_cut:
            self._close(pipe)

    def _read_errors(self, pipe: IO[bytes]) -> None:
        data = os.read(pipe.fileno(), PIECE)
        self._errors += data
        del self._errors[:-MOST_ERRORS]
        if not data:
            self._close(pipe)

    def _drain(self, process: subprocess.Popen[bytes]) -> None:
        """Read what it has left in its pipes, and close them."""
        for pipe, read in ((process.stdout, self._read), (process.stderr, self._read_errors)):
            if pipe and not pipe.closed and select.select([pipe], [], [], 0)[0]:
                read(pipe)
        for pipe in (process.stdin, process.stdout, process.stderr):
            if pipe:
                self._close(pipe)

    def _close(self, pipe: IO[bytes]) -> None:
        if not pipe.closed:
            self._selector.unregister(pipe)
            pipe.close()


def _is_dead(process: subprocess.Popen[bytes]) -> bool:
    """Whether it has ended; its number stays its own until it is waited for."""
    if process.returncode is not None:
        return True
    return os.waitid(os.P_PID, process.pid, os.WEXITED | os.WNOHANG | os.WNOWAIT) is not None


def _end(processes: Sequence[subprocess.Popen[bytes]]) -> None:
    """End them and all that they have started: asked first, and a moment later not asked any more."""
    try:
        for process in processes:
            _signal(process, signal.SIGTERM)
        patience = time.monotonic() + GRACE
        while time.monotonic() < patience and not all(map(_is_dead, processes)):
            time.sleep(TICK)
    finally:
        for process in processes:
            _signal(process, signal.SIGKILL)
            process.wait()


def _signal(process: subprocess.Popen[bytes], number: signal.Signals) -> None:
    with suppress(ProcessLookupError, PermissionError):
        os.killpg(process.pid, number)
