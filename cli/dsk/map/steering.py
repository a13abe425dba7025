"""The network as a transport that keeps to a level: each request waits for its place, and tells how it went."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from dsk.errors import Failure, RateFault

if TYPE_CHECKING:
    from dsk.exchange.source import Source, Transport
    from dsk.map.level import Level
    from dsk.wire.clocks import Clocks


class Steered:
    """The transport of one record. ``attempts`` counts the requests that were sent."""

    def __init__(self, transport: Transport, level: Level, clocks: Clocks) -> None:
        self.attempts = 0
        self.pace = transport.pace
        self.delay = transport.delay
        self._transport = transport
        self._level = level
        self._clocks = clocks

    def begin(self, path: str, body: bytes) -> Source:
        """A stream that waits for its place before it is opened."""
        return _SteeredSource(self, path, body)

    def attempt(self, path: str, body: bytes) -> tuple[Source, float]:
        """A request that has its place, and since when. Raises ``ClockFault`` if --max-time is over before."""
        clocks = self._clocks
        until = None if clocks.max_time is None else clocks.begun + clocks.max_time
        since = self._level.enter(until)
        if since is None:
            raise clocks.fault(time.monotonic())
        # The wait for a place is nothing that the server could be blamed for.
        clocks.begin_attempt(since)
        self.attempts += 1
        return self._transport.begin(path, body), since

    def leave(self) -> None:
        """The request is over."""
        self._level.leave()

    def went_well(self) -> None:
        """The server has taken it."""
        self._level.succeeded()

    def is_to_wait(self, failure: Failure, since: float) -> bool:
        """Note a refusal; whether the same request has only to wait for a place at a lower level."""
        if isinstance(failure, RateFault):
            return self._level.refused(since, failure.retry_after)
        if failure.retry_after is not None:
            self._level.hold(failure.retry_after)
        return False


class _SteeredSource:
    def __init__(self, steered: Steered, path: str, body: bytes) -> None:
        self._steered = steered
        self._path = path
        self._body = body
        self._inner: Source | None = None
        self._opened: Source | None = None
        self._is_cut = False

    @property
    def trace(self) -> str:
        return self._opened.trace if self._opened else ""

    def open(self) -> int | None:
        while True:
            self._inner, since = self._steered.attempt(self._path, self._body)
            try:
                status = self._inner.open()
            except Failure as failure:
                is_to_wait = self._steered.is_to_wait(failure, since) and not self._is_cut
                self.close()
                if not is_to_wait:
                    raise
            else:
                self._steered.went_well()
                self._opened = self._inner
                self.read = self._inner.read  # type: ignore[method-assign]
                return status

    def read(self) -> bytes:
        raise AssertionError("open comes first")

    def cut(self) -> None:
        self._is_cut = True
        if self._inner:
            self._inner.cut()

    def close(self) -> None:
        inner, self._inner = self._inner, None
        if inner:
            inner.close()
            self._steered.leave()
