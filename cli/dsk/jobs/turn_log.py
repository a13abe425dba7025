"""The log of a run of several questions: a row for each, each the turn after the one before."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from dsk.ending import Timing
from dsk.state.log.rows import NewTurn

if TYPE_CHECKING:
    from dsk.ending import Ending
    from dsk.exchange.question import Question
    from dsk.jobs.log_writing import RunLog
    from dsk.jobs.turns import Step
    from dsk.stream.events import Event


class TurnLog:
    """A listener that has the runs logged."""

    def __init__(
        self, begin: Callable[[Question, NewTurn | None], RunLog], question: Question, turn: NewTurn | None
    ) -> None:
        """``begin`` begins a row; ``turn`` is the place of the first one, None if it belongs to no session."""
        self._begin = begin
        self._first = turn
        self._placed: tuple[int, int] | None = None
        #: Those of the last question, which are not those of the run; None while there is none but the first.
        self.timing: Timing | None = None
        # Seconds from the beginning of the run to that of the question.
        self._begun = time.monotonic()
        self._at = 0.0
        self._log = begin(question, turn and turn._replace(placed=self._noted))

    @property
    def warning(self) -> str | None:
        """One line for the user if the log cannot be written; for certain after ``end``."""
        return self._log.warning

    def received(self, data: bytes, events: Sequence[Event]) -> None:
        """Have what arrived written soon."""
        self._log.received(data, events)

    def turn(self, ending: Ending, step: Step) -> None:
        """An answer has ended: have it written, and begin with the next question. A log that could not be written is
        left alone from here on."""
        self.end(ending)
        if self.warning:
            return
        turn = None
        if self._first and self._placed:
            session, run = self._placed
            turn = self._first._replace(
                messages=step.said, parent=run, session=session, placed=self._noted, replaces=None
            )
        self._at = time.monotonic() - self._begun
        self._log = self._begin(step.question, turn)

    def end(self, ending: Ending) -> None:
        """Have the end of the last one written, and wait for it."""
        own = self.timing or ending.timing
        timing = Timing(*(None if value is None else max(value - self._at, 0.0) for value in own))
        self._log.end(ending._replace(timing=timing, earlier=()))

    def _noted(self, session: int, run: int) -> None:
        self._placed = session, run
        if self._first and self._first.placed:
            self._first.placed(session, run)
