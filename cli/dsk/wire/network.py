"""The network as a transport: each attempt at a question is a request of its own to the same endpoint."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dsk.wire.backoff import backoff
from dsk.wire.posting import Posting

if TYPE_CHECKING:
    from dsk.errors import Failure
    from dsk.wire.clocks import Clocks
    from dsk.wire.endpoint import Endpoint


class Network:
    """Requests to one endpoint, under one set of clocks."""

    pace = 1.0

    def __init__(self, endpoint: Endpoint, clocks: Clocks) -> None:
        self._endpoint = endpoint
        self._clocks = clocks

    def begin(self, path: str, body: bytes) -> Posting:
        """A request that is still to be sent."""
        return Posting(self._endpoint, path, body, self._clocks)

    def delay(self, attempt: int, failure: Failure) -> float:
        """Seconds to wait before the next attempt."""
        return backoff(attempt, failure)
