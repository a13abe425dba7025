"""A recording as a transport: what came then comes once more."""

from __future__ import annotations

import threading
import time
from collections import deque
from typing import TYPE_CHECKING

from dsk.errors import BrokenFault, Failure, Terminated
from dsk.exchange.question import Question
from dsk.jobs.recording import STOPPED
from dsk.stream.recording.steps import Arrived, Failed, Opened, Recording, Step, Stream

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from dsk.ending import Ending
    from dsk.jobs.turns import Step as TurnStep


class Player:
    """A recording as a transport: each thing comes when it came, seen from the beginning. It knows as well which
    question followed which."""

    #: Waits are not waited out for themselves.
    pace = 0.0

    def __init__(self, recording: Recording, speed: float) -> None:
        self._streams = deque(recording.streams)
        self._end = recording.end
        self._delay: float | None = None
        self._speed = speed
        self._begun = time.monotonic()
        self._at = 0.0
        self._is_cut = threading.Event()

    def elapsed(self) -> float:
        """Seconds from the beginning of the run to the last thing that came, as they were."""
        return self._at

    def begin(self, _path: str, _body: bytes) -> Played:
        """The next stream."""
        stream = self._streams.popleft() if self._streams else Stream((), None)
        self._delay = stream.delay
        return Played(self, iter(stream.steps))

    def next(
        self, _question: Question, _ending: Ending, say: Callable[[str], None], _left: Callable[[], float]
    ) -> TurnStep | None:
        """The question that followed. Raises what it was that kept one from following."""
        while self._streams and not self._streams[0].follow:
            self._streams.popleft()
        follow = self._streams[0].follow if self._streams else None
        if follow is None:
            if self._end and self._end.failure:
                raise Terminated(self._end.failure)
            return None
        for text in follow.notes:
            say(text)
        if follow.failure:
            raise follow.failure
        from dsk.jobs.turns import Step as TurnStep

        return TurnStep(Question(fields=follow.request), follow.said, follow.results)

    def delay(self, _attempt: int, _failure: Failure) -> float:
        """What was waited then."""
        return self._delay or 0.0

    def step(self, step: Step | None) -> Step | None:
        """Wait until the step's time and give it; None if the reader has gone in the meantime.

        Raises what it was that failed, and if there is no step what it was that ended the run.
        """
        if step is None:
            if self._end and self._end.failure and not self._waited_in_vain(self._end.at):
                raise Terminated(self._end.failure)
            raise _end_of_recording("nothing was read on" if self._end else "the run was killed, or its disk was full")
        if self._waited_in_vain(step.at):
            return None
        self._at = step.at
        if not isinstance(step, Failed):
            return step
        raise Terminated(step.failure) if step.failure.status in STOPPED else step.failure

    def cut(self) -> None:
        """End all waits."""
        self._is_cut.set()

    def _waited_in_vain(self, at: float) -> bool:
        rest = self._begun + at / self._speed - time.monotonic() if self._speed else 0.0
        return self._is_cut.wait(max(rest, 0.0))


class Played:
    """One stream of a recording."""

    def __init__(self, player: Player, steps: Iterator[Step]) -> None:
        self._player = player
        self._steps = steps
        #: The server's trace id there was.
        self.trace = ""

    def open(self) -> int | None:
        """Begin; the HTTP status there was. Raises the failure there was."""
        step = self._player.step(next(self._steps, None))
        if not isinstance(step, Opened):
            return None
        self.trace = step.trace
        return step.status

    def read(self) -> bytes:
        """The bytes that arrived together. Raises the failure there was."""
        step = self._player.step(next(self._steps, None))
        return step.data if isinstance(step, Arrived) else b""

    def cut(self) -> None:
        """End a wait in another thread."""
        self._player.cut()

    def close(self) -> None:
        """Nothing is held."""


def _end_of_recording(why: str) -> BrokenFault:
    return BrokenFault("the recording ends here", why, hint="record it again")
