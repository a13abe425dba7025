"""Has lines decided, for as many threads as like: each text is asked about once."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable
from hashlib import blake2b
from threading import Event, Lock
from typing import TYPE_CHECKING, Any, TypeAlias

from dsk.judging.asking import TOPS, WITHOUT_LOGPROBS, wants_fewer
from dsk.judging.verdict import judged, reading_of
from dsk.map.asker import Asker
from dsk.records import NamedTuple

if TYPE_CHECKING:
    from dsk.errors import Failure
    from dsk.grep.lines import Line
    from dsk.map.asker import Way
    from dsk.map.level import Level
    from dsk.map.record import Record
    from dsk.map.tally import Tally

#: Texts whose answers are remembered, those that were met last, and bytes of what each is known by.
MOST = 1 << 14
DIGEST_SIZE = 16
#: About what is kept of a line beside its bytes.
OVERHEAD = 512
HINT = "word the description so that each line fits it or does not"


class Decision(NamedTuple):
    """How likely it is that the description fits the line; None if that is not known: ``failure`` says why, or the
    line's own fault."""

    line: Line
    p_yes: float | None
    failure: Failure | None = None

    @property
    def size(self) -> int:
        """Bytes that it takes while it waits."""
        return len(self.line.data) + OVERHEAD


_Answer: TypeAlias = "tuple[float | None, Failure | None]"


class _Asked:
    """A text that is asked about. Without an answer when it is over, the run was stopped meanwhile."""

    def __init__(self) -> None:
        self.over = Event()
        self.answer: _Answer | None = None


class Decider:
    """``body_of`` gives the body for a line, which asks for so many log probabilities, or raises ``UsageFault``;
    ``say`` tells the user something."""

    def __init__(
        self,
        body_of: Callable[[Record, int | None], dict[str, Any]],
        way: Way,
        level: Level,
        tally: Tally,
        say: Callable[[str], None],
    ) -> None:
        self._body_of = body_of
        self._asker = Asker(self._body, "", way, level, tally)
        self._say = say
        self._rung = 0
        self._has_said = False
        self._answers: OrderedDict[bytes, float] = OrderedDict()
        self._under_way: dict[bytes, _Asked] = {}
        self._lock = Lock()
        #: Ends all that is under way. Called once, from any thread.
        self.stop = self._asker.stop

    def decide(self, line: Line) -> Decision | None:
        """None if the run was stopped before it was known. A blank line fits nothing, and is not asked about."""
        if line.fault:
            return Decision(line, None)
        if line.is_blank:
            return Decision(line, 0.0)
        answer = self._ask(line.record) if line.record.trouble else self._once(line.record)
        return Decision(line, *answer) if answer else None

    def _once(self, record: Record) -> _Answer | None:
        key = blake2b(record.text.encode(), digest_size=DIGEST_SIZE).digest()
        with self._lock:
            if key in self._answers:
                self._answers.move_to_end(key)
                return self._answers[key], None
            known = self._under_way.get(key)
            mine = known or self._under_way.setdefault(key, _Asked())
        if known:
            known.over.wait()
            return known.answer
        try:
            mine.answer = self._ask(record)
        finally:
            with self._lock:
                del self._under_way[key]
                self._keep(key, mine.answer)
            mine.over.set()
        return mine.answer

    def _keep(self, key: bytes, answer: _Answer | None) -> None:
        """Keep it for when the text comes again, unless it failed: then it may be answered."""
        if answer and answer[0] is not None:
            self._answers[key] = answer[0]
            if len(self._answers) > MOST:
                self._answers.popitem(last=False)

    def _ask(self, record: Record) -> _Answer | None:
        while True:
            rung = self._rung
            outcome = self._asker.ask(record)
            if outcome is None:
                return None
            if not wants_fewer(outcome.ending.failure) or TOPS[rung] is None:
                break
            with self._lock:
                self._rung = max(self._rung, rung + 1)
        if not outcome.attempts:
            return None, outcome.ending.failure
        ending = judged(outcome.ending, HINT)
        reading = None if ending.failure else reading_of(ending)
        if reading and not reading.has_logprobs:
            self._say_without()
        return (reading.p_yes if reading else None), ending.failure

    def _body(self, record: Record) -> dict[str, Any]:
        return self._body_of(record, TOPS[self._rung])

    def _say_without(self) -> None:
        with self._lock:
            is_new, self._has_said = not self._has_said, True
        if is_new:
            self._say(WITHOUT_LOGPROBS)
