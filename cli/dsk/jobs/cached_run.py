"""The cache for a run of one question or of several: each is looked for when it is asked."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from dsk.errors import Failure, KeyFault
from dsk.jobs.settling import settle_endpoint
from dsk.wire.endpoint import Endpoint

if TYPE_CHECKING:
    from dsk.ending import Ending
    from dsk.exchange.question import Question
    from dsk.exchange.source import Source, Transport
    from dsk.jobs.caching import Cache
    from dsk.jobs.settling import Server
    from dsk.stream.events import Event
    from dsk.world import World


class CachedRun:
    """A transport that gives what is kept and keeps what is not. As a listener it is told when an answer has ended."""

    # What is kept is never waited for.
    pace = 1.0

    def __init__(self, cache: Cache, base_url: str, question: Question) -> None:
        """Look for the first question. Raises ``LocalFault`` if it cannot be asked."""
        self._cache = cache
        self._base_url = base_url
        self._current = cache.look(question, base_url)
        #: Whether no answer so far came from a server.
        self.is_hit = self._current.is_hit
        self._no_key: KeyFault | None = None
        if self._current.fault:
            raise self._current.fault

    @property
    def is_hit_now(self) -> bool:
        """Whether the answer to the present question is there."""
        return self._current.is_hit

    def endpoint(self, server: Server, world: World) -> Endpoint:
        """The endpoint, for questions that may follow: that there is no key matters once one of them is not there.
        Raises ``UsageFault`` as ``settle_endpoint``."""
        try:
            return settle_endpoint(server, world.env)
        except KeyFault as fault:
            self._no_key = fault
            return Endpoint(server.base_url, None, {})

    def over(self, way: Transport, begun: float, secret: str | None) -> CachedRun:
        """Itself, with the way to the server. ``begun`` is when the run began, in seconds of ``time.monotonic``;
        ``secret`` is never written."""
        self._way = way
        self._begun = begun
        self._secret = secret
        self._take()
        return self

    def begin(self, path: str, body: bytes) -> Source:
        """A stream of the one or of the other."""
        return self._transport.begin(path, body)

    def delay(self, attempt: int, failure: Failure) -> float:
        """The transport's."""
        return self._transport.delay(attempt, failure)

    def turn(self, ending: Ending, question: Question) -> None:
        """An answer has ended, and this question follows."""
        self._current.end(ending)
        self._current = self._cache.look(question, self._base_url)
        self.is_hit = self.is_hit and self._current.is_hit
        self._take()

    def received(self, data: bytes, events: Sequence[Event]) -> None:
        """Nothing new: the bytes were kept when they came."""

    def end(self, ending: Ending) -> None:
        """The last answer has ended."""
        self._current.end(ending)

    def _take(self) -> None:
        fault: Failure | None = self._current.fault
        if not self._current.is_hit and self._no_key:
            fault = fault or self._no_key
        way = _Barred(fault) if fault else self._way
        self._transport = self._current.over(way, self._begun, self._secret)


class _Barred:
    """A way that may not be taken, as a transport and as its stream."""

    pace = 1.0
    trace = ""

    def __init__(self, fault: Failure) -> None:
        self._fault = fault

    def begin(self, _path: str, _body: bytes) -> _Barred:
        return self

    def delay(self, _attempt: int, _failure: Failure) -> float:
        return 0.0

    def open(self) -> int | None:
        raise self._fault

    def read(self) -> bytes:
        return b""

    def cut(self) -> None:
        return

    def close(self) -> None:
        return
