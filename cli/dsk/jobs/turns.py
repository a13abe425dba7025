"""A run of several questions, one after another: where the answer to one leads to the next.

One run stays one run for the user: one stdout, one status, one count of tokens, one recording. In the log each
question has a row of its own, a turn after the other.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from math import inf
from typing import TYPE_CHECKING, Any, Protocol

from dsk.ending import Ending, Timing, Turn
from dsk.errors import Failure, InterruptFault, Status, Terminated
from dsk.records import NamedTuple
from dsk.stream.answer import Answer
from dsk.stream.recording.steps import Follow

if TYPE_CHECKING:
    from dsk.exchange.loop import Exchange
    from dsk.exchange.question import Question
    from dsk.jobs.cached_run import CachedRun
    from dsk.jobs.recording import Recorder
    from dsk.jobs.turn_log import TurnLog
    from dsk.output.printer import Printer
    from dsk.output.progress import Progress
    from dsk.stream.events import ToolResult
    from dsk.wire.clocks import Clocks

Say = Callable[[str], None]


class Step(NamedTuple):
    """The next question. ``said`` are the messages that it has after the answer, for the log and for ``--json``;
    ``results`` what tools have given, for everyone who is told of events."""

    question: Question
    said: Sequence[Mapping[str, Any]]
    results: Sequence[ToolResult]


class Succession(Protocol):
    """Who knows what follows an answer."""

    def next(self, question: Question, ending: Ending, say: Say, left: Callable[[], float]) -> Step | None:
        """The question that follows this one and its answer, which is whole, if not always what was asked for; None
        if that is the end. ``say`` tells the user something; ``left`` gives the seconds that the run has left, and
        raises if there are none. Raises a ``Failure`` to end the run with it."""


class Turns:
    """Asks on as long as something follows."""

    def __init__(
        self,
        succession: Succession,
        ask: Callable[[Question], Exchange],
        *,
        printer: Printer,
        progress: Progress,
        say: Say,
        clocks: Clocks | None = None,
        recorder: Recorder | None = None,
        log: TurnLog | None = None,
        cached: CachedRun | None = None,
    ) -> None:
        """``ask`` makes the exchange of a question; without ``clocks`` there is time for everything."""
        self._succession = succession
        self._ask = ask
        self._clocks = clocks
        self._printer = printer
        self._progress = progress
        self._say = say
        self._recorder = recorder
        self._log = log
        self._cached = cached

    def go_on(self, question: Question, ending: Ending) -> Ending:
        """The ending of the whole run, after that of its first question. Failures are in it, not raised."""
        earlier: list[Turn] = []
        begun = ending.timing.first_token
        try:
            while _is_whole(ending) and (step := self._next(question, ending)):
                before, question = ending, step.question
                earlier.append(Turn(before.answer, step.said))
                ending = Ending(Answer(), None, before.timing, before.http_status)
                self._turn(before, step)
                ending = self._ask(question).run(self._printer.descriptor)
        except (Failure, KeyboardInterrupt, Terminated) as error:
            ending = ending._replace(failure=_fault_of(error))
        if self._log:
            self._log.timing = ending.timing
        first = begun if begun is not None else ending.timing.first_token
        return ending._replace(timing=Timing(first, ending.timing.total), earlier=earlier)

    def _next(self, question: Question, ending: Ending) -> Step | None:
        from dsk.request.outline import outline

        self._progress.rest()
        notes: list[str] = []

        def say(text: str) -> None:
            if not notes:
                # What is said begins a line of its own, and so does what tools write meanwhile.
                self._printer.turn(ending)
            notes.append(text)
            self._say(text)

        follow = None
        try:
            step = self._succession.next(question, ending, say, self._left)
            if step:
                if not notes:
                    self._printer.turn(ending)
                said = tuple(dict(message) for message in step.said)
                follow = Follow(outline(step.question.fields), said, tuple(step.results), tuple(notes))
        except (Failure, KeyboardInterrupt, Terminated) as error:
            follow = Follow({}, notes=tuple(notes), failure=_fault_of(error))
            raise
        finally:
            if self._recorder and follow:
                self._recorder.follow(follow)
        return step

    def _left(self) -> float:
        return self._clocks.left(time.monotonic()) if self._clocks else inf

    def _turn(self, ending: Ending, step: Step) -> None:
        if self._cached:
            self._cached.turn(ending, step.question)
        if self._log:
            self._log.turn(ending, step)
        self._printer.received(b"", step.results)
        self._progress.turn()


def _fault_of(error: BaseException) -> Failure:
    if isinstance(error, Failure):
        return error
    return error.fault if isinstance(error, Terminated) else InterruptFault("interrupted")


def _is_whole(ending: Ending) -> bool:
    failure = ending.failure
    return not ending.answer.stopped and (failure is None or failure.status is Status.INVALID)
