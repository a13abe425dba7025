"""Asks one record after another, for as many threads as like: each as ``dsk ask`` would."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, Protocol

from dsk.errors import Failure
from dsk.exchange.loop import Exchange
from dsk.exchange.question import Question
from dsk.map.outcome import Outcome, not_asked
from dsk.map.steering import Steered
from dsk.map.tally import Pieces
from dsk.records import NamedTuple
from dsk.request.body import encode
from dsk.wire.network import Network

if TYPE_CHECKING:
    from dsk.ending import Ending
    from dsk.exchange.policy import Policy
    from dsk.exchange.source import Transport
    from dsk.map.level import Level
    from dsk.map.record import Record
    from dsk.map.tally import Tally
    from dsk.wire.clocks import Clocks
    from dsk.wire.endpoint import Endpoint
    from dsk.wire.keeping import Pool

#: No descriptor: nobody reads the answer while it comes.
NOWHERE = -1


class Cached(Protocol):
    """A question and a cache, which may have its answer."""

    @property
    def is_hit(self) -> bool:
        """Whether it has."""

    def over(self, transport: Transport, begun: float, secret: str | None) -> Transport:
        """The transport to ask in the place of this one. ``begun`` is a time of ``time.monotonic``."""

    def end(self, ending: Ending) -> None:
        """The question was asked."""


class Way(NamedTuple):
    """How records are asked. ``clocks`` starts those of a record, for a body that is streamed or not; ``prefix_way`` is
    that of ``Question``. ``look`` looks into the cache, if there is one, and raises a ``Failure`` if it has no answer
    and no server is to be asked."""

    endpoint: Endpoint
    pool: Pool
    policy: Policy
    clocks: Callable[[bool], Clocks]
    prefix_way: str
    look: Callable[[Question], Cached] | None = None


class Asker:
    """``body_of`` gives the body of a record's request, or raises ``UsageFault``."""

    def __init__(
        self, body_of: Callable[[Record], dict[str, Any]], template: str, way: Way, level: Level, tally: Tally
    ) -> None:
        self._body_of = body_of
        self._template = template
        self._way = way
        self._level = level
        self._tally = tally
        self._exchanges: set[Exchange] = set()
        self._is_stopped = False

    def ask(self, record: Record) -> Outcome | None:
        """Ask it and count it; None if the run was stopped before it had an end of its own."""
        way = self._way
        try:
            fields = self._body_of(record)
            question = Question(encode(fields), fields, prefix_way=way.prefix_way)
            cached = way.look(question) if way.look else None
        except Failure as fault:
            outcome = not_asked(record, fault, self._template)
            self._tally.end(outcome)
            return outcome
        pieces = Pieces()
        clocks = way.clocks(bool(fields.get("stream")))
        steered = Steered(Network(way.endpoint, clocks, pool=way.pool), self._level, clocks)
        transport = cached.over(steered, clocks.begun, way.endpoint.key) if cached else steered
        # What is kept costs no tokens, also while it comes.
        listeners = [] if cached and cached.is_hit else [pieces]
        exchange = Exchange(question, transport, listeners, clocks=clocks, policy=way.policy)
        self._tally.begin(pieces)
        self._exchanges.add(exchange)
        try:
            # Whoever stops the run sets this first, and then looks who is under way.
            if self._is_stopped:
                return None
            ending = exchange.run(NOWHERE)
        finally:
            self._exchanges.discard(exchange)
        if cached:
            ending = ending._replace(is_cached=cached.is_hit)
            cached.end(ending)
        if self._is_stopped and ending.failure:
            return None
        outcome = Outcome(record, ending, steered.attempts, self._template)
        self._tally.end(outcome, pieces)
        return outcome

    def stop(self) -> None:
        """End all that is under way. Called once, from any thread."""
        self._is_stopped = True
        for exchange in list(self._exchanges):
            exchange.cut()
