"""Plays arrivals through a real printer in a process of its own, with real descriptors."""

from __future__ import annotations

import os
import pickle
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import IO, NamedTuple

from dsk.ending import Timing
from dsk.errors import Failure
from dsk.output.settings import OutputSettings
from dsk.stream.events import Content, Done, Event, Finish, Start
from tests.terminal import Pty

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
        terminal = Pty(is_raw=True)
        process = self.start(
            arrivals,
            settings,
            failure=failure,
            redirect=redirect,
            stdout=terminal.side,
            stderr=terminal.side,
            env=env,
        )
        with process:
            process.wait(DEADLINE)
        terminal.let_go()
        seen = terminal.finish()
        terminal.close()
        return Played(seen, b"", process.returncode)
