"""The job of ``dsk decode``: recorded frames to the answer, by the same loop that a live stream takes."""

from __future__ import annotations

import fcntl
import os
import select
import stat
from typing import TYPE_CHECKING

from dsk.errors import LocalFault, Status, UsageFault
from dsk.exchange.concluding import conclude
from dsk.exchange.loop import Exchange
from dsk.exchange.question import Question
from dsk.jobs.extracting import with_code
from dsk.jobs.input_advice import advise
from dsk.jobs.leftover import Leftover
from dsk.jobs.run_parts import stopper_of
from dsk.output.overlap import check_apart
from dsk.output.printer import open_printer
from dsk.world import STDIN

if TYPE_CHECKING:
    from collections.abc import Sequence

    from dsk.errors import Failure
    from dsk.exchange.source import Listener
    from dsk.jobs.settings import Stops
    from dsk.output.settings import OutputSettings
    from dsk.world import World

READ_SIZE = 65536


def decode(files: tuple[str, ...], output: OutputSettings, stops: Stops, schema: str | None, world: World) -> Status:
    """Decode the files, or stdin, as one stream; the status of its answer. ``schema`` is that which was asked for."""
    if not files and world.is_terminal(STDIN):
        raise UsageFault("there are no frames", "stdin is a terminal", hint="try dsk decode FILE, or dsk decode -h")
    question = _question(schema) if schema else Question(is_unknown=True)
    frames = Frames(files or ("-",))
    check_apart(frames.inputs, output)
    printer = open_printer(output, world)
    printer.prepare()
    # Read to the end even when all is said: a writer whose pipe is closed early dies of it.
    leftover = Leftover()
    listeners: list[Listener] = [printer] if output.format == "raw" else [printer, leftover]
    exchange = Exchange(question, Files(frames), listeners, stopper=stopper_of(stops), is_raw=True)
    ending = exchange.run(printer.descriptor)
    if output.extract:
        ending = with_code(ending)
    advise(ending)
    try:
        status = conclude(listeners, ending)
        if output.reasoning == "only":
            from dsk.jobs.missing_reasoning import warn_of_none

            warn_of_none(output, {}, ending, world)
        return status
    finally:
        leftover.tell(world)


def _question(schema: str) -> Question:
    """A question of which only the schema is known. Raises ``UsageFault``."""
    from dsk.jobs.demanding import read_wanted
    from dsk.request.schema.asking import KEPT

    return Question(fields={KEPT: read_wanted(schema)._asdict()})


class Files:
    """The one stream that there is, as a transport."""

    pace = 0.0

    def __init__(self, frames: Frames) -> None:
        self._frames = frames

    def begin(self, _path: str, _body: bytes) -> Frames:
        """The files."""
        return self._frames

    def delay(self, _attempt: int, _failure: Failure) -> float:
        """Files are not read again."""
        return 0.0


class Frames:
    """Files one after another, as cat(1) joins them, each opened now so that a missing one is noticed at once."""

    def __init__(self, files: tuple[str, ...]) -> None:
        self._pending = [(name, _open(name)) for name in files]
        self._wake = os.pipe()

    @property
    def inputs(self) -> Sequence[tuple[str, int]]:
        """The files that are still to be read: their names and descriptors."""
        return tuple(self._pending)

    #: Frames alone do not say.
    trace = ""

    def open(self) -> None:
        """Nothing is left to be done."""

    def read(self) -> bytes:
        """The next bytes; b"" at the end. Raises ``LocalFault`` if a file cannot be read."""
        while self._pending:
            name, descriptor = self._pending[0]
            try:
                if not _wait(descriptor, self._wake[0]):
                    return b""
                data = os.read(descriptor, READ_SIZE)
            except BlockingIOError:
                continue
            except OSError as error:
                raise LocalFault(
                    f"cannot read {name}",
                    (error.strerror or str(error)).lower(),
                    hint="what came of it is decoded; copy it to a place that can be read",
                ) from error
            if data:
                return data
            os.close(descriptor)
            self._pending.pop(0)
        return b""

    def cut(self) -> None:
        """Wake a read that waits: it is the last."""
        os.write(self._wake[1], b"\0")

    def close(self) -> None:
        """Close what is still open."""
        for _, descriptor in self._pending:
            os.close(descriptor)
        self._pending.clear()


def _wait(descriptor: int, wake: int) -> bool:
    """Wait until there is something to read; False if it is time to stop."""
    poll = select.poll()
    poll.register(descriptor, select.POLLIN)
    poll.register(wake, select.POLLIN)
    return not any(ready == wake for ready, _ in poll.poll())


def _open(name: str) -> int:
    what = "stdin" if name == "-" else name or repr(name)
    try:
        descriptor = _dup_stdin() if name == "-" else os.open(name, os.O_RDONLY | os.O_CLOEXEC)
    except (OSError, ValueError) as error:
        from dsk.prompt.unreadable import advice

        why = error.strerror if isinstance(error, OSError) and error.strerror else str(error)
        raise UsageFault(f"cannot read {what}", why.lower(), hint=advice(name, error)) from error
    if stat.S_ISDIR(os.fstat(descriptor).st_mode):
        os.close(descriptor)
        raise UsageFault(f"cannot read {what}", "it is a directory", hint="name the files in it")
    return descriptor


def _dup_stdin() -> int:
    # A closed stdin, in whose place something stands that cannot be read, is an empty one.
    is_closed = fcntl.fcntl(STDIN, fcntl.F_GETFL) & os.O_ACCMODE == os.O_WRONLY
    return os.open(os.devnull, os.O_RDONLY | os.O_CLOEXEC) if is_closed else os.dup(STDIN)
