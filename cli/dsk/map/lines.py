"""The output: lines in the order of the input, or as they come, without piling up.

Lines that wait for an earlier one are held back up to a size; then nobody begins a new record until the earlier one is
done.
"""

from __future__ import annotations

from threading import Condition
from typing import TYPE_CHECKING

from dsk.errors import Failure

if TYPE_CHECKING:
    from dsk.map.appending import Appender
    from dsk.map.journal import Journal

#: Bytes of lines that may wait.
ROOM = 8 << 20
#: Seconds in which a reader must take something once the run is to end, and a thread that writes must be done.
HURRY = 1.0


class Lines:
    """Takes lines from many threads, each with its place: 0, 1, 2 and so on."""

    def __init__(self, appender: Appender, *, in_order: bool, journal: Journal | None = None) -> None:
        self._appender = appender
        self._in_order = in_order
        self._journal = journal
        self._waiting: dict[int, bytes] = {}
        self._size = 0
        self._next = 0
        self._is_closed = False
        self._changed = Condition()

    def wait_for_room(self) -> None:
        """Come back when another record may be begun."""
        with self._changed:
            while self._size > ROOM and not self._is_closed:
                self._changed.wait()

    def put(self, place: int, line: bytes) -> None:
        """Write a line, now or when those before it are written. Raises ``ReaderGone`` or ``LocalFault``."""
        with self._changed:
            if self._is_closed:
                return
            if not self._in_order:
                self._appender.write(line)
            elif place != self._next:
                self._waiting[place] = line
                self._size += len(line)
                if self._journal:
                    self._journal.add(line)
            else:
                self._write_from(line)

    def _write_from(self, line: bytes | None) -> None:
        """Write the line that is next, and those that have waited for it."""
        has_waited = bool(self._waiting)
        while line is not None:
            self._appender.write(line)
            self._next += 1
            line = self._waiting.pop(self._next, None)
            self._size -= len(line or b"")
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
                self._size -= len(self._waiting.pop(place))
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
