"""Plays arrivals through a real printer in a process of its own, with real descriptors."""

from __future__ import annotations

import os
import pickle
import pty
import subprocess
import sys
import termios
import threading
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import IO, NamedTuple

from dsk.ending import Timing
from dsk.errors import Failure
from dsk.output.settings import OutputSettings
from dsk.stream.events import Content, Done, Event, Finish, Start

ROOT = Path(__file__).resolve().parents[2]
DEADLINE = 30.0
TIMING = Timing(0.25, 1.25)
NO_TIMING = Timing(None, None)


class Arrival(NamedTuple):
    """What one read from the network gave."""

    data: bytes
    events: Sequence[Event]


class Play(NamedTuple):
    """All that the process is to do."""

    settings: OutputSettings
    arrivals: Sequence[Arrival]
    failure: Failure | None
    timing: Timing
    http_status: int | None


class Played(NamedTuple):
    """What came of it."""

    stdout: bytes
    stderr: bytes
    status: int


def said(*texts: str, finish: str | None = "stop") -> list[Arrival]:
    """An answer whose pieces arrive one by one."""
    arrivals = [Arrival(b"", [Start("id-1", "model-1")])]
    arrivals += [Arrival(b"", [Content(text, 0)]) for text in texts]
    if finish:
        arrivals.append(Arrival(b"", [Finish(finish, 0), Done()]))
    return arrivals


def arrive(*events: Event) -> list[Arrival]:
    """Events that all arrive in one read."""
    return [Arrival(b"", list(events))]


class Player:
    """Starts players. ``redirect`` is shell syntax that is applied last: ``>/dev/full``, ``3>think.txt``, ``>&-``."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def start(
        self,
        arrivals: Sequence[Arrival],
        settings: OutputSettings,
        *,
        failure: Failure | None = None,
        timing: Timing = NO_TIMING,
        http_status: int | None = 200,
        redirect: str = "",
        stdout: int | IO[bytes] = subprocess.PIPE,
        stderr: int | IO[bytes] = subprocess.PIPE,
        env: Mapping[str, str] | None = None,
    ) -> subprocess.Popen[bytes]:
        """A running player that has been given what to play."""
        process = subprocess.Popen(
            ["/bin/bash", "-c", f'exec "$@" {redirect}', "bash", sys.executable, "-m", "tests.output.driver"],
            stdin=subprocess.PIPE,
            stdout=stdout,
            stderr=stderr,
            bufsize=0,
            cwd=self.folder,
            env={
                "PATH": os.environ["PATH"],
                "PYTHONPATH": f"{ROOT}:{ROOT / 'cli'}",
                "PYTHONWARNINGS": "error",
                "TERM": "xterm",
                **(env or {}),
            },
        )
        assert process.stdin
        process.stdin.write(pickle.dumps(Play(settings, arrivals, failure, timing, http_status)))
        process.stdin.close()
        # communicate() would flush it.
        process.stdin = None
        return process

    def play(
        self,
        arrivals: Sequence[Arrival],
        settings: OutputSettings = OutputSettings(),  # noqa: B008 - immutable
        *,
        failure: Failure | None = None,
        timing: Timing = NO_TIMING,
        http_status: int | None = 200,
        redirect: str = "",
        env: Mapping[str, str] | None = None,
    ) -> Played:
        """Play to the end, with pipes as stdout and stderr."""
        process = self.start(
            arrivals,
            settings,
            failure=failure,
            timing=timing,
            http_status=http_status,
            redirect=redirect,
            env=env,
        )
        with process:
            stdout, stderr = process.communicate(timeout=DEADLINE)
        return Played(stdout, stderr, process.returncode)

    def show(
        self,
        arrivals: Sequence[Arrival],
        settings: OutputSettings = OutputSettings(),  # noqa: B008 - immutable
        *,
        failure: Failure | None = None,
        redirect: str = "",
        env: Mapping[str, str] | None = None,
    ) -> Played:
        """Play to the end on a terminal, which is stdout and stderr both; all that it got is in ``stdout``."""
        terminal = Terminal()
        process = self.start(
            arrivals,
            settings,
            failure=failure,
            redirect=redirect,
            stdout=terminal.slave,
            stderr=terminal.slave,
            env=env,
        )
        with process:
            process.wait(DEADLINE)
        return Played(terminal.finish(), b"", process.returncode)


class Terminal:
    """A pseudo-terminal that passes bytes on as they are, and keeps what it was sent."""

    def __init__(self) -> None:
        self._master, self.slave = pty.openpty()
        modes = termios.tcgetattr(self.slave)
        modes[1] &= ~termios.OPOST
        termios.tcsetattr(self.slave, termios.TCSANOW, modes)
        self._seen = bytearray()
        self._reader = threading.Thread(target=self._read)
        self._reader.start()

    def finish(self) -> bytes:
        """All bytes, once everybody else has closed the terminal."""
        os.close(self.slave)
        self._reader.join(DEADLINE)
        assert not self._reader.is_alive(), "the terminal is still open"
        os.close(self._master)
        return bytes(self._seen)

    def _read(self) -> None:
        while True:
            try:
                data = os.read(self._master, 65536)
            except OSError:
                return
            if not data:
                return
            self._seen += data
