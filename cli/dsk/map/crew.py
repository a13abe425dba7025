"""The threads that work: each takes a record, has it answered, hands its line on, and takes the next.

The thread that a signal interrupts only waits, and holds no lock that the others need.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Generic, TypeVar

from dsk.errors import Failure, Terminated
from dsk.exchange.leaving import Leaving

if TYPE_CHECKING:
    from dsk.map.lines import Lines

Record = TypeVar("Record")
Outcome = TypeVar("Outcome")
Line = TypeVar("Line")

#: Seconds; a wait is over before it, unless the run takes weeks.
LONG = 1e6


class Crew(Generic[Record, Outcome, Line]):
    """Up to ``jobs`` threads, begun as there are records for them."""

    def __init__(
        self,
        records: Iterator[Record],
        ask: Callable[[Record], Outcome | None],
        lines: Lines[Line],
        line_of: Callable[[Outcome], Line],
        ended: Callable[[Outcome], str | None],
        jobs: int,
    ) -> None:
        """``ask`` gives None if the run was stopped meanwhile. ``ended`` is told of each outcome and gives a reason if
        no further record is to be begun."""
        #: Why no further record was begun, if that was so.
        self.halted: str | None = None
        #: What the input ended with, if not with its end.
        self.input_fault: Failure | None = None
        #: Whether the input was read to its end.
        self.is_through = False
        self._records = records
        self._ask = ask
        self._lines = lines
        self._line_of = line_of
        self._ended = ended
        self._jobs = jobs
        self._taken = 0
        self._alive = 1
        self._is_closed = False
        self._fault: BaseException | None = None
        self._taking = threading.Lock()
        self._counting = threading.Lock()
        self._over = Leaving()

    def run(self, stop: Callable[[], object]) -> None:
        """Have all records answered, and the lines of those that were written; ``stop`` ends what is under way then.

        Raises ``ReaderGone`` or ``LocalFault`` if the lines cannot be written, and what signals raise: nothing waits
        for long then.
        """
        is_ending = False
        try:
            self._run()
        except (KeyboardInterrupt, Terminated):
            is_ending = True
            self.close()
            raise
        finally:
            stop()
            self._lines.finish(in_hurry=is_ending)

    def _run(self) -> None:
        self._spawn()
        while not self._over.is_set:
            self._over.wait(LONG)
        if self._fault:
            raise self._fault

    def fail(self, fault: BaseException) -> None:
        """End the run now, with this; from any thread."""
        self._fault = self._fault or fault
        self.end()

    def close(self) -> None:
        """Begin no further record."""
        self._is_closed = True

    def end(self) -> None:
        """End the run now, as if the input had ended; from any thread. What is under way is left alone."""
        with self._counting:
            self._is_closed = True
            if not self._over.is_set:
                self._over.set()

    def _spawn(self) -> None:
        threading.Thread(target=self._work, name="map", daemon=True).start()

    def _work(self) -> None:
        try:
            while (task := self._take()) is not None:
                place, record = task
                outcome = self._ask(record)
                if outcome is None:
                    return
                self._lines.put(place, self._line_of(outcome))
                if reason := self._ended(outcome):
                    self.halted = self.halted or reason
                    self._is_closed = True
        except BaseException as error:
            self.fail(error)
        finally:
            self._leave()

    def _take(self) -> tuple[int, Record] | None:
        """The next record and its place; None if there is none."""
        with self._taking:
            if self._is_closed:
                return None
            self._lines.wait_for_room()
            record = self._next()
            # It may have waited long for the record.
            if record is None or self._is_closed:
                self._is_closed = True
                return None
            with self._counting:
                wants_more = self._alive < self._jobs
                self._alive += wants_more
            if wants_more:
                self._spawn()
            place = self._taken
            self._taken += 1
            return place, record

    def _next(self) -> Record | None:
        try:
            record = next(self._records, None)
        except Failure as fault:
            self.input_fault = fault
            return None
        self.is_through = record is None
        return record

    def _leave(self) -> None:
        with self._counting:
            self._alive -= 1
            if not self._alive and not self._over.is_set:
                self._over.set()
