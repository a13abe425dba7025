"""How far a run is: what is done, what failed and why, and how many tokens came."""

from __future__ import annotations

import time
from collections import Counter, deque
from collections.abc import Sequence
from threading import Lock
from typing import TYPE_CHECKING

from dsk.errors import Status
from dsk.stream.events import Content, Event, Reasoning, ToolCall

if TYPE_CHECKING:
    from dsk.ending import Ending
    from dsk.map.outcome import Outcome

TOKENS = (Content, Reasoning, ToolCall)
#: Seconds over which tokens a second are counted.
SPAN = 10.0
MEANING = {
    Status.FAILED: "failed",
    Status.USAGE: "not to be asked as they are",
    Status.KEY: "no key, or a refused one",
    Status.BALANCE: "no balance left",
    Status.RATE: "too many requests",
    Status.SERVER: "server failed",
    Status.NETWORK: "no connection",
    Status.CLOCK: "a clock ran out",
    Status.REFUSED: "refused",
    Status.LENGTH: "cut by the token limit",
    Status.FILTERED: "cut by the content filter",
    Status.BROKEN: "broken off",
    Status.INVALID: "not what was asked for",
}


class Pieces:
    """Listens to one answer and counts its pieces: about as many as tokens."""

    def __init__(self) -> None:
        self.count = 0

    def received(self, _data: bytes, events: Sequence[Event]) -> None:
        """Count."""
        for event in events:
            if isinstance(event, TOKENS):
                self.count += 1

    def end(self, _ending: Ending) -> None:
        """Nothing more comes."""


class Tally:
    """Counts for all threads. ``held`` records were in the file already, ``held_failed`` of them are failures."""

    def __init__(self, held: int = 0, held_failed: int = 0) -> None:
        self.begun_at = time.monotonic()
        #: Records of this run that have ended.
        self.ended = 0
        #: Those of them whose answers were kept in the cache.
        self.cached = 0
        self.statuses: Counter[int] = Counter()
        self.skipped = 0
        self.held = held
        self.held_failed = held_failed
        #: How many records there are, if that is known.
        self.total: int | None = None
        #: Tokens of prompts and answers, as the servers counted them, of records that have ended.
        self.spent = 0
        self._completed = 0
        self._under_way: set[Pieces] = set()
        self._seen: deque[tuple[float, int]] = deque()
        self._lock = Lock()

    def begin(self, pieces: Pieces) -> None:
        """A record is asked."""
        with self._lock:
            self._under_way.add(pieces)

    def end(self, outcome: Outcome, pieces: Pieces | None = None) -> None:
        """A record has ended."""
        count = pieces.count if pieces else 0
        completed, tokens = outcome.completion_tokens, outcome.tokens
        with self._lock:
            if pieces:
                self._under_way.discard(pieces)
            self.ended += 1
            self.cached += outcome.ending.is_cached
            self.statuses[outcome.status] += 1
            self._completed += count if completed is None else completed
            self.spent += count if tokens is None else tokens

    @property
    def failed(self) -> int:
        """Records of this run that are not complete."""
        return self.ended - self.statuses[0]

    @property
    def under_way(self) -> int:
        """Records that are asked now."""
        return len(self._under_way)

    def tokens(self) -> int:
        """Tokens of prompts and answers so far, those under way counted in pieces."""
        return self.spent + self._pending()

    def rate(self) -> float:
        """Tokens of answers a second, of late. For one caller at a time."""
        now, count = time.monotonic(), self._completed + self._pending()
        self._seen.append((now, count))
        while len(self._seen) > 2 and now - self._seen[0][0] > SPAN:
            self._seen.popleft()
        since, before = self._seen[0] if len(self._seen) > 1 else (self.begun_at, 0)
        return max(count - before, 0) / max(now - since, 0.001)

    def _pending(self) -> int:
        # Without the lock: a signal may ask in the midst of anything.
        return sum(pieces.count for pieces in list(self._under_way))


def progress_line(tally: Tally) -> str:
    """How far it is, in one line."""
    done = tally.ended + tally.skipped
    parts = [f"{done}/{tally.total} done" if tally.total is not None else f"{done} done"]
    parts += [f"{tally.under_way} in flight", f"{tally.failed} failed", f"{tally.rate():.0f} tokens/s"]
    left = seconds_left(tally)
    return ", ".join([*parts, f"ETA {clock(left)}"] if left is not None else parts)


def end_line(tally: Tally, path: str) -> str:
    """What was done and where it went, for a run that is over; failures are told elsewhere."""
    done = tally.ended + tally.skipped
    total = max(tally.total or 0, done)
    if tally.skipped and not tally.ended:
        return f"{done}/{total} done, nothing was left to ask: {path} had them all"
    before = f", {tally.skipped} of them before" if tally.skipped else ""
    cached = f", {tally.cached} of them from the cache" if tally.cached else ""
    return f"{done}/{total} done{before}{cached}: {path}"


def seconds_left(tally: Tally) -> float | None:
    """How long it may yet take; None if nobody knows."""
    if tally.total is None or not tally.ended:
        return None
    left = tally.total - tally.skipped - tally.ended
    return max(left, 0) * (time.monotonic() - tally.begun_at) / tally.ended


def clock(seconds: float) -> str:
    """As a clock shows it: 2:05, or 1:02:05."""
    minutes, rest = divmod(int(seconds + 0.5), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02}:{rest:02}" if hours else f"{minutes}:{rest:02}"


def status_table(tally: Tally) -> list[str]:
    """A line for each exit status that a failed record had, the most frequent first."""
    rows = sorted(((n, s) for s, n in tally.statuses.items() if s), reverse=True)
    width = max((len(str(n)) for n, _ in rows), default=0)
    return [f"{n:{width}}  status {s:<3} {MEANING.get(Status(s), '')}".rstrip() for n, s in rows]
