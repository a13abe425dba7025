"""A judge in a process of its own, for schemas whose check may take any time.

A search for a pattern, once begun, lets no other thread do anything, and no clock: only a process can be ended.
Those that wait for something to judge are kept for the next one.
"""

from __future__ import annotations

import json
import os
import select
import signal
import subprocess
import sys
import time
from contextlib import suppress
from typing import TYPE_CHECKING, Any

from dsk.errors import InvalidFault, LocalFault
from dsk.exchange.judging import UNCLEAR, Judge

if TYPE_CHECKING:
    from types import FrameType

    from dsk.wire.clocks import Clocks

#: Seconds that one check may take.
LIMIT = 10.0
#: Seconds between two looks of the process at whether it is still wanted.
TICK = 1.0
PIECE = 65536
FEWER = "there may be too many, or no memory left: see ulimit -u and free -m, and run it again"
# The modules are looked for where this process found them, and nowhere else.
_PROGRAM = "import sys; sys.path[:] = sys.argv[2:]; from dsk.exchange.apart import serve; serve()"

_idle: list[_Worker] = []


class JudgeApart:
    """Judges as ``Judge`` does, for ``limit`` seconds at most, and not past the end of the run by ``clocks``."""

    def __init__(self, schema: dict[str, Any], clocks: Clocks | None, limit: float = LIMIT) -> None:
        """The process is begun now, so that it is there when there is something to judge. Raises ``LocalFault``."""
        self._schema = schema
        self._clocks = clocks
        self._limit = limit
        if not _idle:
            _idle.append(_Worker())

    def check_text(self, text: str, part: Any, path: str = "$") -> InvalidFault | None:
        """Why a text does not fit a part of the schema; None if it does. Raises ``ClockFault`` and ``LocalFault``."""
        now = time.monotonic()
        end = now + self._limit
        if self._clocks and self._clocks.max_time is not None:
            end = min(end, self._clocks.begun + self._clocks.max_time)
        try:
            worker = _idle.pop()
        except IndexError:
            worker = _Worker()
        try:
            said = worker.ask({"schema": self._schema, "text": text, "part": part, "path": path}, end)
        except BaseException:
            worker.end()
            raise
        if said is not None:
            _idle.append(worker)
            what, why, hint = json.loads(said)
            return InvalidFault(what, why, hint=hint) if what else None
        worker.end()
        if end < now + self._limit and self._clocks:
            raise self._clocks.fault(time.monotonic())
        hint = "make the patterns of the schema simpler: a repetition of repetitions takes long"
        return InvalidFault(UNCLEAR, f"that takes longer than {self._limit:g} s", hint=hint)


class _Worker:
    """The process: a question a line in, an answer a line out."""

    def __init__(self) -> None:
        try:
            self._process = subprocess.Popen(
                [sys.executable, "-c", _PROGRAM, str(os.getpid()), *sys.path],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
                # A ^C is for us: we end it.
                start_new_session=True,
            )
        except OSError as error:
            raise LocalFault(UNCLEAR, f"no process for it: {error.strerror}", hint=FEWER) from error

    def ask(self, question: dict[str, Any], end: float) -> bytes | None:
        """The answer; None if it has not come by ``end``, a moment of ``time.monotonic``. Raises ``LocalFault``."""
        stdin, stdout = self._process.stdin, self._process.stdout
        assert stdin is not None
        assert stdout is not None
        try:
            stdin.write(json.dumps(question).encode() + b"\n")
            stdin.flush()
        except BrokenPipeError as error:
            raise _gone() from error
        poll = select.poll()
        poll.register(stdout, select.POLLIN)
        said = b""
        while not said.endswith(b"\n"):
            if not poll.poll(max(end - time.monotonic(), 0) * 1000):
                return None
            data = os.read(stdout.fileno(), PIECE)
            if not data:
                raise _gone()
            said += data
        return said

    def end(self) -> None:
        """End it, whatever it does."""
        process = self._process
        process.kill()
        process.wait()
        for pipe in (process.stdin, process.stdout):
            if pipe:
                with suppress(BrokenPipeError):
                    pipe.close()


def _gone() -> LocalFault:
    return LocalFault(UNCLEAR, "the process that does it has ended", hint="run it again")


def serve() -> None:
    """What the process does until its stdin ends; in the midst of a check, until its parent has."""
    parent = int(sys.argv[1])

    def look(_number: int, _frame: FrameType | None) -> None:
        # Searches for a pattern let handlers run.
        if os.getppid() != parent:
            raise _gone()

    signal.signal(signal.SIGALRM, look)
    judge = Judge({})
    schema: Any = {}
    for line in sys.stdin.buffer:
        asked = json.loads(line)
        if asked["schema"] != schema:
            schema = asked["schema"]
            judge = Judge(schema)
        signal.setitimer(signal.ITIMER_REAL, TICK, TICK)
        fault = judge.check_text(asked["text"], asked["part"], asked["path"])
        signal.setitimer(signal.ITIMER_REAL, 0)
        said = (fault.what, fault.why, fault.hint) if fault else ("", "", "")
        sys.stdout.buffer.write(json.dumps(said).encode() + b"\n")
        sys.stdout.buffer.flush()
