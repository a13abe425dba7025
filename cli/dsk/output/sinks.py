"""All descriptors of a run: who writes where, who shares one, and what a failing one means.

The answer's descriptor ends the run when it fails. Another one only ends its own part of the output: a reader
that has gone wanted no more, anything else is told at the end. Nobody is told that stderr fails.
"""

from __future__ import annotations

import errno
import os
import select
import stat
from contextlib import suppress
from typing import TYPE_CHECKING

from dsk.errors import Failure, LocalFault, ReaderGone, UnwrittenFault
from dsk.output.opening import (
    STANDARD_NAMES,
    advice,
    as_number,
    check_descriptor,
    described,
    descriptor_in,
    is_writable,
    open_path,
    place_of,
)
from dsk.output.sink import Direct, Sink
from dsk.world import STDERR, STDOUT, nothing

if TYPE_CHECKING:
    from dsk.world import World

# A socket whose reader has gone and left bytes unread says ECONNRESET.
READER_GONE = (errno.EPIPE, errno.ECONNRESET)
# The end of a style, after which a line is where it was.
PLAIN = b"\x1b[0m"


class Sinks:
    """The sinks of a run. ``answer_fault`` and ``side_fault`` hold the first failure of each kind."""

    def __init__(self, world: World) -> None:
        self._world = world
        # Those that lead to where stderr leads.
        self._beside_messages: list[Sink] = []
        self.answer_fault: Failure | None = None
        self.side_fault: Failure | None = None
        self._by_descriptor: dict[int, Sink] = {}
        self._by_path: dict[str, Sink] = {}
        self._answer: Sink | None = None
        self._is_untouched = False
        self._is_begun = False
        self._created: str | None = None
        self._stderr_is_named = False
        self._due: list[Sink] = []

    def open_answer(self, path: str | None) -> Sink:
        """Where the answer goes: stdout, or a file that is emptied when the answer begins, not now.

        Raises ``LocalFault`` if it cannot be opened, ``UsageFault`` for a descriptor that is not open.
        """
        if path is None or path == "-":
            if not is_writable(STDOUT):
                raise _fault("stdout", OSError(errno.EBADF, os.strerror(errno.EBADF)), UnwrittenFault)
            self._answer = self._at(STDOUT)
            return self._answer
        descriptor = descriptor_in(path)
        if descriptor is not None:
            check_descriptor(descriptor, "--output")
            self._answer = self._at(descriptor)
            return self._answer
        opened = open_path(path, "--output", truncate=False)
        self._answer = self._by_path[place_of(path)] = self._noted(Sink(opened.descriptor, path, owned=True))
        self._is_untouched = True
        self._created = path if opened.is_new else None
        return self._answer

    def open_side(self, value: str, option: str) -> Sink:
        """Where a side output goes; ``value`` is a descriptor's number or a path, ``-`` is stdout.

        One that is in use already is shared. Raises ``UsageFault`` or ``LocalFault``, naming the option.
        """
        descriptor = STDOUT if value == "-" else as_number(value)
        if descriptor is None:
            descriptor = descriptor_in(value)
        if descriptor is not None:
            check_descriptor(descriptor, option)
            self._stderr_is_named |= descriptor == STDERR
            return self._at(descriptor)
        key = place_of(value)
        if key not in self._by_path:
            opened = open_path(value, option, truncate=True)
            self._by_path[key] = self._noted(Sink(opened.descriptor, value, owned=True))
        return self._by_path[key]

    def stderr(self) -> Sink | None:
        """Stderr; None if it is not open."""
        return self._at(STDERR) if is_writable(STDERR) else None

    def begin(self) -> None:
        """The answer begins: what its file held before is replaced."""
        if self._is_begun:
            return
        self._is_begun = True
        if self._is_untouched and self._answer:
            try:
                self._answer.truncate()
            except OSError as error:
                self.fail(self._answer, error)

    def put(self, sink: Sink, data: bytes) -> None:
        """Have the bytes leave with the next ``flush``."""
        if data:
            is_beside = sink in self._beside_messages
            if is_beside or sink is self._answer:
                self._world.on_shown()
            sink.put(data)
            if is_beside:
                self._world.is_mid_line = not data.removesuffix(PLAIN).endswith(b"\n")
            if sink not in self._due:
                self._due.append(sink)

    def direct(self, sink: Sink) -> Direct | None:
        """That of the sink, if nothing else has to be thought of where something is written to it. It is due from now
        on: what a signal keeps from leaving leaves with the next ``flush``."""
        if sink in self._beside_messages or self._world.on_shown is not nothing or self._due not in ([], [sink]):
            return None
        self._due = [sink]
        return sink.direct()

    def put_line(self, sink: Sink, data: bytes) -> None:
        """``put`` what is to begin a line, on one of its own."""
        if sink in self._beside_messages and self._world.is_mid_line:
            data = b"\n" + data
        self.put(sink, data)

    def flush(self) -> None:
        """Write what is due, each descriptor once, in the order in which they came to be due.

        Failures are kept in ``answer_fault`` and ``side_fault``; the other descriptors are written all the same.
        """
        while self._due:
            sink = self._due[0]
            try:
                sink.flush()
            except OSError as error:
                self.fail(sink, error)
            self._due.pop(0)

    def hurry(self) -> None:
        """Wait for no reader any more."""
        for sink in (*self._by_descriptor.values(), *self._by_path.values()):
            with suppress(OSError):
                sink.hurry()

    def close(self) -> None:
        """Close the files that were opened here; one that was made for an answer that never began is removed."""
        for sink in (*self._by_path.values(), *self._by_descriptor.values()):
            try:
                sink.close()
            except OSError as error:
                self.fail(sink, error)
        if self._created is not None and not self._is_begun:
            from pathlib import Path

            Path(self._created).unlink(missing_ok=True)

    def _at(self, descriptor: int) -> Sink:
        if descriptor not in self._by_descriptor:
            name = STANDARD_NAMES.get(descriptor, f"descriptor {descriptor}")
            self._by_descriptor[descriptor] = self._noted(Sink(descriptor, name))
        return self._by_descriptor[descriptor]

    def _noted(self, sink: Sink) -> Sink:
        if self._world.is_same_place(sink.descriptor, STDERR):
            self._beside_messages.append(sink)
        return sink

    def fail(self, sink: Sink, error: OSError) -> None:
        """Note that the sink cannot be written to."""
        if sink is self._answer:
            self.answer_fault = self.answer_fault or _fault(sink.name, error, UnwrittenFault)
        elif error.errno in READER_GONE:
            return
        elif sink.descriptor != STDERR or self._stderr_is_named:
            self.side_fault = self.side_fault or _fault(sink.name, error)


def write_out_all(descriptor: int, data: bytes) -> None:
    """Write all of the bytes. Raises ``ReaderGone`` or ``LocalFault``."""
    name = STANDARD_NAMES.get(descriptor, f"descriptor {descriptor}")
    try:
        sink = Sink(descriptor, name)
        sink.put(data)
        sink.flush()
    except OSError as error:
        raise _fault(name, error) from error


def has_reader(descriptor: int) -> bool:
    """Whether it is a pipe or a socket, which somebody has to read."""
    try:
        mode = os.fstat(descriptor).st_mode
    except OSError:
        return False
    return stat.S_ISFIFO(mode) or stat.S_ISSOCK(mode)


def check_reader(descriptor: int) -> None:
    """Raise ``ReaderGone`` if whoever was to read the answer has gone already."""
    poll = select.poll()
    # With no event asked for it reports only errors.
    poll.register(descriptor, 0)
    if poll.poll(0) and has_reader(descriptor):
        raise ReaderGone(f"{STANDARD_NAMES.get(descriptor, f'descriptor {descriptor}')} is closed")


def _fault(name: str, error: OSError, kind: type[LocalFault] = LocalFault) -> Failure:
    if error.errno in READER_GONE:
        return ReaderGone(f"{name} is closed")
    fault = kind(f"cannot write to {name}", described(error), hint=advice(error))
    fault.__cause__ = error
    return fault
