"""The leftmost match of a regular expression in a text that still arrives. It knows nothing of what that is for.

All ways through the program are followed at once, in the order in which Python's ``re`` would try them, one
character after the other: nothing is searched twice, the time is linear in the text, and after each character it
is known what is sure about the match, whatever comes next. What looks ahead goes on with a need, that is what is
still to be seen, or not to be seen. (Thompson's construction with Pike's priorities; the states are kept, so that
most characters cost one look into a dictionary.)
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TypeAlias

from dsk.records import NamedTuple
from dsk.stream.program import MATCH, Atom, Begin, End, Look, Program, Split

#: So many transitions are kept; then they are forgotten and learnt anew.
MAX_KEPT = 50_000
_FRESH = -1


class Thread(NamedTuple):
    """One way through the program: the step it is at, what it needs, and for a match where it ended."""

    at: int
    needs: frozenset[Need]
    end: int


class Need(NamedTuple):
    """One of these threads must come to a match, or none if ``negated``."""

    threads: Threads
    negated: bool


# In order of preference.
Threads: TypeAlias = tuple[Thread, ...]
_NOTHING: frozenset[Need] = frozenset()


class State:
    """What is known after some text, and where the characters seen so far lead from there."""

    def __init__(self, threads: Threads) -> None:
        self.threads = threads
        self.after: dict[str, State] = {}
        #: Whether there is a match, be it that others are preferred or that it needs something.
        self.has_match = any(thread.at == MATCH for thread in threads)


class Search:
    """A search. Places are counted in characters from the beginning of the text.

    ``end`` is where the match ends, None while it is unknown. It does not end before ``safe``.
    """

    def __init__(self, program: Program) -> None:
        self._program = program
        self._entry = Thread(program.entry, _NOTHING, _FRESH)
        self._before = ""
        self._place = 0
        self._states: dict[Threads, State] = {}
        self._kept = 0
        self._state = State(_follow(program, [self._entry], "", 0))
        self.end: int | None = None
        self._decide()

    @property
    def matches_at_once(self) -> bool:
        """Whether the text so far has a match, though perhaps another is preferred, whatever comes next."""
        threads = self._state.threads
        return bool(threads) and threads[-1].at == MATCH and not threads[-1].needs

    @property
    def safe(self) -> int:
        """How much of the text is certainly not after the match."""
        if self.end is not None:
            return self.end
        return min([thread.end for thread in self._state.threads if thread.at == MATCH], default=self._place)

    def feed(self, text: str) -> None:
        """Take the next piece of the text, as far as the match is still unknown."""
        if self.end is not None:
            return
        for char in text:
            self._place += 1
            self._state = self._state.after.get(char) or self._advance(char)
            if self._state.has_match:
                self._decide()
                if self.end is not None:
                    return
        if text and self._program.reach <= 1:
            self._before = text[-1]

    def close(self) -> None:
        """The text has ended: ``end`` is now what it is, and None if there is no match."""
        if self.end is None:
            found = _finish(self._program, self._state.threads, self._before, self._place)
            self.end = found[0].end if found else None

    def _decide(self) -> None:
        first = self._state.threads[0] if self._state.threads else None
        if first and first.at == MATCH and not first.needs:
            self.end = first.end

    def _advance(self, char: str) -> State:
        before, program = self._state, self._program
        looks_far = program.reach > 1
        behind = (self._before + char)[-program.reach :] if looks_far else char
        if looks_far:
            self._before = behind
        moved = _move(program, before.threads, char, behind)
        threads = _follow(program, [*moved, self._entry], behind, self._place)
        state = self._states.get(threads) or State(threads)
        # A match has its place with it, and who looks far behind needs more than a state and a character.
        if not (before.has_match or state.has_match or looks_far):
            self._keep(before, char, state)
        return state

    def _keep(self, before: State, char: str, state: State) -> None:
        if self._kept >= MAX_KEPT:
            for known in self._states.values():
                known.after.clear()
            self._states.clear()
            self._kept = 0
        self._states[before.threads] = before
        self._states[state.threads] = state
        before.after[char] = state
        self._kept += 1


def _move(program: Program, threads: Threads, char: str, before: str) -> list[Thread]:
    """The threads after a character, not yet followed to where they wait for the next one."""
    moved = []
    for at, needs, end in threads:
        step = program.steps[at]
        is_alive = at == MATCH or (isinstance(step, Atom) and step.one.match(char))
        still = _move_needs(program, needs, char, before) if is_alive else None
        if still is not None:
            moved.append(Thread(step.then if isinstance(step, Atom) else MATCH, still, end))
    return moved


def _move_needs(program: Program, needs: frozenset[Need], char: str, before: str) -> frozenset[Need] | None:
    """What is still needed after a character; None if it can no longer be had."""
    still = _NOTHING
    for threads, negated in needs:
        followed = _follow(program, _move(program, threads, char, before), before, 0)
        more = _weigh(followed, negated)
        if more is None:
            return None
        still |= more
    return still


def _weigh(threads: Threads, negated: bool) -> frozenset[Need] | None:
    if threads and not (threads[-1].at == MATCH and not threads[-1].needs):
        return frozenset({Need(threads, negated)})
    return None if bool(threads) == negated else _NOTHING


def _follow(
    program: Program, threads: Iterable[Thread], before: str, place: int, *, ended: bool = False
) -> tuple[Thread, ...]:
    """The threads where they wait for the next character, or at their match; none after a match without needs."""
    waiting: list[Thread] = []
    seen: set[tuple[int, frozenset[Need]]] = set()
    stack = list(threads)[::-1]
    while stack:
        at, needs, end = stack.pop()
        if (at, needs) in seen:
            continue
        seen.add((at, needs))
        if at == MATCH:
            waiting.append(Thread(MATCH, needs, place if end == _FRESH else end))
            if not needs:
                break
            continue
        match program.steps[at]:
            case Atom():
                if not ended:
                    waiting.append(Thread(at, needs, _FRESH))
            case Split(ways):
                stack += [Thread(way, needs, _FRESH) for way in reversed(ways)]
            case Begin(then):
                if not before:
                    stack.append(Thread(then, needs, _FRESH))
            case End(then):
                if ended:
                    stack.append(Thread(then, needs, _FRESH))
                else:
                    waiting.append(Thread(at, needs, _FRESH))
            case Look() as look:
                more = _weigh(_look(program, look, before, ended), look.negated)
                if more is not None:
                    stack.append(Thread(look.then, needs | more, _FRESH))
    return tuple(waiting)


def _look(program: Program, look: Look, before: str, ended: bool) -> Threads:
    """Where the program of a lookahead, or of a lookbehind, has come to at this place."""
    begin = len(before) - look.back
    if begin < 0:
        return ()
    threads = _follow(program, [Thread(look.entry, _NOTHING, _FRESH)], before[:begin], 0, ended=ended and not look.back)
    for at in range(begin, len(before)):
        upto = before[: at + 1]
        threads = _follow(program, _move(program, threads, before[at], upto), upto, 0)
    return _finish(program, threads, before, 0) if ended else threads


def _finish(program: Program, threads: Threads, before: str, place: int) -> Threads:
    """The match that is left when the text has ended; none or one."""
    met = [
        Thread(at, _NOTHING, end)
        for at, needs, end in threads
        if all(bool(_finish(program, need.threads, before, 0)) != need.negated for need in needs)
    ]
    return _follow(program, met, before, place, ended=True)
