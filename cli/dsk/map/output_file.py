"""The file of ``-o``: opened so that a run adds to it, or goes on with what an earlier one has left."""

from __future__ import annotations

import os
import stat
from array import array
from collections.abc import Iterator
from hashlib import blake2b

from dsk.errors import LocalFault, UsageFault
from dsk.map.appending import Appender
from dsk.map.held import Held, Line, parse_line
from dsk.map.journal import SUFFIX, check_journal
from dsk.map.replacing import in_use, is_same, lock, open_file, replaced
from dsk.map.splitting import split
from dsk.output.opening import described
from dsk.records import NamedTuple

READ_SIZE = 1 << 20
#: How every line of ours begins.
START = b'{"id":'


class Resuming(NamedTuple):
    """How to go on with a file. ``template`` is the digest of what this run asks of every record; ``any_template``:
    it does not matter what the file was made with."""

    template: str
    retry_failed: bool
    any_template: bool


class OutputFile(NamedTuple):
    """An open file and what it holds. ``journal`` is the path for one; None where there can be none."""

    appender: Appender
    held: Held
    journal: str | None
    notes: list[str]

    def put_in_order(self, start: int) -> None:
        """Put the lines where their records are; this run has added those from the byte ``start`` on.

        Nothing can be written to it then. Raises ``NotReplaced`` if it had to stay as it is, or ``LocalFault``.
        """
        from dsk.map.arranging import arranged

        descriptor, path = self.appender.descriptor, self.appender.name
        place, end = os.path.realpath(path), _whole(descriptor)
        lines = arranged(place, start, end, self.held)
        os.close(replaced(descriptor, path, place, lines, end))

    @property
    def size(self) -> int:
        """How many bytes the file has."""
        return os.fstat(self.appender.descriptor).st_size


def open_output(path: str, resuming: Resuming | None) -> OutputFile:
    """Open the file for appending.

    Raises ``UsageFault`` if it holds something and nobody said what to do with it, or was made with another template;
    ``LocalFault`` if it cannot be written to, or another run has it.
    """
    place = os.path.realpath(path) if "\0" not in path else path
    descriptor = open_file(path, place, os.O_CREAT)
    if not stat.S_ISREG(os.fstat(descriptor).st_mode):
        if resuming:
            hint = "-o names a plain file; without --resume this one is written to"
            raise UsageFault(f"--resume with {path}", "it is no file that could hold anything", hint=hint)
        return OutputFile(Appender(descriptor, path), Held(), None, [])
    lock(descriptor, path)
    if not is_same(descriptor, place):
        raise in_use(path)
    journal = place + SUFFIX
    check_journal(journal)
    if not resuming:
        if os.fstat(descriptor).st_size or _size(journal):
            raise UsageFault(
                f"{path} holds something already",
                hint=f"--resume goes on with it, >> {path} adds to it, or remove it first",
            )
        return OutputFile(Appender(descriptor, path), Held(), journal, [])
    return _Reopened(path, place, descriptor, resuming).result()


class _Reopened:
    def __init__(self, path: str, place: str, descriptor: int, resuming: Resuming) -> None:
        self._path = path
        self._place = place
        self._journal = place + SUFFIX
        self._descriptor = descriptor
        self._resuming = resuming
        self._records = array("Q")
        self._failed = 0
        self._foreign = 0
        self._others = 0
        self._notes: list[str] = []

    def result(self) -> OutputFile:
        # Looked through first, and changed only then: it may be any file.
        waiting = self._waiting()
        missing = set(waiting)
        for data in _lines(self._descriptor, _whole(self._descriptor)):
            self._note(parse_line(data))
            missing.discard(_digest(data + b"\n"))
        self._check()
        self._mend()
        for digest, line in waiting.items():
            if digest in missing:
                self._note(parse_line(line))
                Appender(self._descriptor, self._path).write(line)
        if os.path.lexists(self._journal):
            os.unlink(self._journal)  # noqa: PTH108 - paths are texts here
        if self._resuming.retry_failed and self._failed:
            self._drop_failed()
        held = Held(self._records, self._failed)
        return OutputFile(Appender(self._descriptor, self._path), held, self._journal, self._notes)

    def _note(self, line: Line | None) -> None:
        if line is None:
            self._foreign += 1
            return
        self._others += line.template != self._resuming.template
        if line.status:
            self._failed += 1
        if not (line.status and self._resuming.retry_failed):
            self._records.append(line.record)

    def _check(self) -> None:
        path, total = self._path, len(self._records) + (self._failed if self._resuming.retry_failed else 0)
        if self._foreign and not total:
            raise UsageFault(f"{path} is no output of dsk map", hint="name another file")
        if self._foreign:
            lines, they = (
                ("line", "is no result: it is") if self._foreign == 1 else ("lines", "are no results: they are")
            )
            self._notes.append(f"{self._foreign} {lines} of {path} {they} left alone")
        if self._others and not self._resuming.any_template:
            raise UsageFault(
                f"{path} was made with another template, or other options",
                f"{self._others} of its {total} lines",
                hint="name another file, or add --force to go on with this one all the same",
            )

    def _waiting(self) -> dict[bytes, bytes]:
        """The whole lines of the journal, by their digests, in the order of their records."""
        try:
            descriptor = os.open(self._journal, os.O_RDONLY | os.O_CLOEXEC)
        except FileNotFoundError:
            return {}
        except OSError as error:
            from dsk.prompt.unreadable import advice

            hint = advice(self._journal, error)
            raise LocalFault(f"{self._journal} cannot be read", described(error), hint=hint) from error
        try:
            found = [data + b"\n" for data in _lines(descriptor, _whole(descriptor)) if parse_line(data)]
        finally:
            os.close(descriptor)
        return {_digest(line): line for line in found}

    def _mend(self) -> None:
        """End the file with a whole line: the last one may be torn."""
        size = os.fstat(self._descriptor).st_size
        at = _end_of_lines(self._descriptor, size)
        if at == size:
            return
        tail = os.pread(self._descriptor, size - at, at)
        if parse_line(tail):
            Appender(self._descriptor, self._path).write(b"\n")
            self._note(parse_line(tail))
        elif tail.startswith(START) or START.startswith(tail) or not tail.strip(b"\0"):
            os.ftruncate(self._descriptor, at)
            self._notes.append(f"the last line of {self._path} was torn: its record is asked again")
        else:
            raise UsageFault(f"{self._path} is no output of dsk map", "its last line is none", hint="name another file")

    def _drop_failed(self) -> None:
        """Put a file without the failures in its place."""
        end = _whole(self._descriptor)
        lines = _lines(self._descriptor, end)
        kept = (data + b"\n" for data in lines if not ((line := parse_line(data)) and line.status))
        self._descriptor = replaced(self._descriptor, self._path, self._place, kept, end)
        self._failed = 0


def _whole(descriptor: int) -> int:
    """Where the whole lines of a file end."""
    return _end_of_lines(descriptor, os.fstat(descriptor).st_size)


def _lines(descriptor: int, end: int) -> Iterator[bytes]:
    """The lines of a file up to the byte where one ends, without their ends."""
    return (piece.data for piece in split(_blocks(descriptor, end), b"\n") if piece.data)


def _blocks(descriptor: int, end: int) -> Iterator[bytes]:
    at = 0
    while at < end:
        data = os.pread(descriptor, min(READ_SIZE, end - at), at)
        if not data:
            return
        at += len(data)
        yield data


def _end_of_lines(descriptor: int, size: int) -> int:
    """Where the last line end is, and what is torn begins."""
    at = size
    while at > 0:
        begin = max(at - READ_SIZE, 0)
        found = os.pread(descriptor, at - begin, begin).rfind(b"\n")
        if found >= 0:
            return begin + found + 1
        at = begin
    return 0


def _size(path: str) -> int:
    try:
        return os.stat(path).st_size  # noqa: PTH116
    except OSError:
        return 0


def _digest(line: bytes) -> bytes:
    return blake2b(line, digest_size=16).digest()
