"""How many requests may be under way: fewer when the server says that it is too many, and more again as it goes well.

Additive increase, multiplicative decrease, as TCP does it: RFC 5681, 3.1. A wait that the server asks for is kept by
everyone.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from threading import Condition

#: Seconds without a new request after a refusal that asks for no wait of its own.
PAUSE = 0.5


class Level:
    """The level of a run, for any number of threads. ``most`` is where it begins, and never exceeded."""

    def __init__(self, most: int, say: Callable[[str], None]) -> None:
        self._most = most
        self._limit = float(most)
        self._say = say
        self._changed = Condition()
        self._under_way = 0
        self._not_before = 0.0
        self._shrunk_at = 0.0

    @property
    def limit(self) -> int:
        """How many requests may be under way now."""
        return int(self._limit)

    @property
    def under_way(self) -> int:
        """How many are."""
        return self._under_way

    def enter(self, until: float | None) -> float | None:
        """Wait for a place; the moment at which it was there. None if that is not before ``until``, a moment of
        ``time.monotonic``."""
        with self._changed:
            while True:
                now = time.monotonic()
                if until is not None and now >= until:
                    return None
                left = None if until is None else until - now
                if now < self._not_before:
                    wait = self._not_before - now
                    self._changed.wait(wait if left is None else min(wait, left))
                elif self._under_way >= int(self._limit):
                    self._changed.wait(left)
                else:
                    self._under_way += 1
                    return now

    def leave(self) -> None:
        """A request is over, in whichever way."""
        with self._changed:
            self._under_way -= 1
            self._changed.notify()

    def succeeded(self) -> None:
        """A request was taken: a round of them raises the level by one."""
        with self._changed:
            before = int(self._limit)
            self._limit = min(self._limit + 1 / self._limit, self._most)
            self._changed.notify(int(self._limit) - before)

    def refused(self, begun: float, retry_after: float | None) -> bool:
        """A request that was begun then was one too many. Whether the level was higher than it need be, so that a
        lower one may be all that is wanted."""
        with self._changed:
            was_crowded = self._limit >= 2 or begun < self._shrunk_at
            now = time.monotonic()
            self._not_before = max(self._not_before, now + (PAUSE if retry_after is None else retry_after))
            # Those that went out together are refused together: that is one sign, not many.
            if was_crowded and begun >= self._shrunk_at:
                self._shrunk_at = now
                self._limit = max(min(self._limit, self._under_way) / 2, 1.0)
                self._say(f"too many requests: {self.limit} at a time now")
            return was_crowded

    def hold(self, seconds: float) -> None:
        """Begin no request for so long: the server asks for it."""
        with self._changed:
            self._not_before = max(self._not_before, time.monotonic() + seconds)
