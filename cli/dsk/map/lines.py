"""The output: lines in the order of the input, or as they come, without piling up.

Lines that wait for an earlier one are held back up to a size; then nobody begins a new record until the earlier one is
done.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from threading import Condition
from typing import Generic, Protocol, TypeVar

from dsk.errors import Failure

Line = TypeVar("Line")
Taken = TypeVar("Taken", contravariant=True)

#: Bytes of lines that may wait.
ROOM = 8 << 20
#: Seconds in which a reader must take something once the run is to end, and a thread that writes must be done.
HURRY = 1.0


class Appends(Protocol[Taken]):
    """Where lines go: ``dsk.map.appending`` for those that are bytes."""

    def write(self, line: Taken, /) -> None:
        """Take the next line. Raises ``ReaderGone`` or ``LocalFault``."""

    def hurry(self, seconds: float) -> None:
        """From now on wait no longer than this for a reader."""

    def calm(self) -> None:
        """Wait as before."""


class Keeps(Protocol[Taken]):
    """Where lines are kept that wait: ``dsk.map.journal`` for those that are bytes."""

    def add(self, line: Taken, /) -> None:
        """Keep a line. Raises ``LocalFault``."""

    def settle(self, waiting: Iterable[Taken], size: int) -> None:
        """These lines of so many bytes wait still. Raises ``LocalFault``."""

    def close(self) -> None:
        """Nothing is kept any more."""


class Lines(Generic[Line]):
    """Takes lines from many threads, each with its place: 0, 1, 2 and so on."""

    def __init__(
        self,
        appender: Appends[Line],
        size: Callable[[Line], int],
        *,
        in_order: bool,
        journal: Keeps[Line] | None = None,
    ) -> None:
        """``size`` gives the bytes that a line takes."""
        self._appender = appender
        self._size_of = size
        self._in_order = in_order
        self._journal = journal
        self._waiting: dict[int, Line] = {}
        self._size = 0
        self._next = 0
        self._is_closed = False
        self._changed = Condition()

    def wait_for_room(self) -> None:
        """Come back when another record may be begun."""
        with self._changed:
            while self._size > ROOM and not self._is_closed:
                self._changed.wait()

    def put(self, place: int, line: Line) -> None:
        """Write a line, now or when those before it are written. Raises ``ReaderGone`` or ``LocalFault``."""
        with self._changed:
            if self._is_closed:
                return
            if not self._in_order:
                self._appender.write(line)
            elif place != self._next:
                self._waiting[place] = line
                self._size += self._size_of(line)
                if self._journal:
                    self._journal.add(line)
            else:
                self._write_from(line)

    def _write_from(self, line: Line) -> None:
        """Write the line that is next, and those that have waited for it."""
        has_waited = bool(self._waiting)
        self._appender.write(line)
        self._next += 1
        while self._next in self._waiting:
            line = self._waiting.pop(self._next)
            self._size -= self._size_of(line)
            self._appender.write(line)
            self._next += 1
        if has_waited and self._journal:
            self._journal.settle(self._waiting.values(), self._size)
        self._changed.notify_all()

    def finish(self, *, in_hurry: bool) -> None:
        """Write what still waits, past the gaps of what never came, and take no more. ``in_hurry``: wait for nobody.

        Raises ``ReaderGone`` or ``LocalFault``.
        """
        # A thread that is in the midst of a line to a reader that does not read keeps the lock.
        if not self._changed.acquire(timeout=HURRY if in_hurry else -1):
            return
        try:
            if in_hurry:
                self._appender.hurry(HURRY)
            self._is_closed = True
            for place in sorted(self._waiting):
                self._appender.write(self._waiting[place])
                self._size -= self._size_of(self._waiting.pop(place))
            if self._journal:
                self._journal.settle((), 0)
                self._journal.close()
        except Failure:
            self._waiting.clear()
            raise
        finally:
            self._appender.calm()
            self._changed.notify_all()
            self._changed.release()
