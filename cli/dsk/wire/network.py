"""The network as a transport: each attempt at a question is a request of its own to the same endpoint."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dsk.wire.posting import Posting

if TYPE_CHECKING:
    from collections.abc import Callable

    from dsk.errors import Failure
    from dsk.wire.clocks import Clocks
    from dsk.wire.endpoint import Endpoint
    from dsk.wire.keeping import Pool
    from dsk.wire.preconnection import Preconnection


def pool_of(size: int) -> Pool:
    """A pool for so many connections. requests is imported for it."""
    from dsk.deferred import FOR_REQUESTS, defer

    defer(FOR_REQUESTS)
    from dsk.wire.keeping import Pool

    return Pool(size)


class Network:
    """Requests to one endpoint, under one set of clocks, each over a connection of its own or one of a pool."""

    pace = 1.0

    def __init__(
        self,
        endpoint: Endpoint,
        clocks: Clocks,
        on_sent: Callable[[int, int], None] | None = None,
        pool: Pool | None = None,
    ) -> None:
        """``on_sent`` is told of each piece of a request: the bytes that have been sent, and how many there are."""
        self._endpoint = endpoint
        self._clocks = clocks
        self._on_sent = on_sent
        self._pool = pool
        self._hastened: Posting | None = None

    def hasten(self, path: str, body: bytes, made: Preconnection) -> None:
        """Send the first request over a connection that is being made; ``begin`` has the same request then.

        Raises ``ClockFault`` if a clock has run out.
        """
        self._hastened = Posting(self._endpoint, path, body, self._clocks, self._on_sent)
        self._hastened.send_over(made)

    def begin(self, path: str, body: bytes) -> Posting:
        """A request that is still to be sent, but for the one that was hastened."""
        hastened, self._hastened = self._hastened, None
        return hastened or Posting(self._endpoint, path, body, self._clocks, self._on_sent, self._pool)

    def close(self) -> None:
        """Give up the request that was hastened and that nobody has begun."""
        if self._hastened:
            self._hastened.close()

    def delay(self, attempt: int, failure: Failure) -> float:
        """Seconds to wait before the next attempt."""
        from dsk.wire.backoff import backoff

        return backoff(attempt, failure)
