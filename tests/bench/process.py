"""Run one program, and see when its output came and what it cost."""

from __future__ import annotations

import os
import signal
import threading
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

#: A run that takes longer than this many seconds has hung.
DEADLINE = 900
_PIECE = 1 << 20


class RunError(Exception):
    """A program did not do what is measured; the text says which and why."""


class Read(NamedTuple):
    """What one read from the pipe gave, and when, by the monotonic clock in ns."""

    at: int
    data: bytes


class Run(NamedTuple):
    """A finished program. Times are of the monotonic clock in ns."""

    started: int
    ended: int
    reads: Sequence[Read]
    size: int
    #: Seconds, user and system, of the process and of the children it waited for.
    cpu: float
    #: What its stdout was, as ``/proc`` and strace call it.
    stdout: str

    @property
    def output(self) -> bytes:
        """All of stdout, where it was kept."""
        return b"".join(read.data for read in self.reads)


def run(
    argv: Sequence[str],
    env: Mapping[str, str],
    errors: Path,
    *,
    keep: bool = True,
    status: int = 0,
) -> Run:
    """Run to the end, stdin empty, stderr into the file ``errors``, reading stdout as it comes.

    Without ``keep`` what is read is counted and thrown away. Raises ``RunError`` if it cannot be started or ends
    with another status.
    """
    source, sink = os.pipe()
    name = f"pipe:[{os.fstat(source).st_ino}]"
    try:
        pid, started = _spawn(argv, env, errors, sink)
    except OSError as error:
        os.close(source)
        raise RunError(f"{argv[0]}: {error}") from error
    finally:
        os.close(sink)
    watch = threading.Timer(DEADLINE, os.killpg, (pid, signal.SIGKILL))
    watch.start()
    reads, size = _drain(source, keep=keep)
    _, waited, usage = os.wait4(pid, 0)
    ended = time.monotonic_ns()
    watch.cancel()
    os.close(source)
    if (ending := os.waitstatus_to_exitcode(waited)) != status:
        said = errors.read_text(errors="replace").strip().splitlines()
        raise RunError(f"{Path(argv[0]).name} ended with {ending}: {said[-1] if said else 'no message'}")
    return Run(started, ended, reads, size, usage.ru_utime + usage.ru_stime, name)


def _spawn(argv: Sequence[str], env: Mapping[str, str], errors: Path, sink: int) -> tuple[int, int]:
    files = [
        (os.POSIX_SPAWN_OPEN, 0, os.devnull, os.O_RDONLY, 0),
        (os.POSIX_SPAWN_DUP2, sink, 1),
        (os.POSIX_SPAWN_OPEN, 2, str(errors), os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600),
    ]
    started = time.monotonic_ns()
    # Python ignores SIGPIPE, and a program would inherit that. A group of its own can be killed as one.
    pid = os.posix_spawnp(argv[0], tuple(argv), env, file_actions=files, setsigdef=[signal.SIGPIPE], setpgroup=0)
    return pid, started


def _drain(source: int, *, keep: bool) -> tuple[list[Read], int]:
    reads: list[Read] = []
    size = 0
    while data := os.read(source, _PIECE):
        if keep:
            reads.append(Read(time.monotonic_ns(), data))
        size += len(data)
    return reads, size
