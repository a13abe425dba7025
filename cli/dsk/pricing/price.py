"""The price of a model, and what a number of tokens costs by it."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

from dsk.pricing.hours import Hours
from dsk.records import NamedTuple

#: Prices are for so many tokens.
UNIT = 1_000_000


class Tokens(NamedTuple):
    """The tokens of a request and its answer: ``prompt`` includes ``cache_hit``, ``completion`` includes the
    reasoning."""

    prompt: int
    cache_hit: int
    completion: int


class Rates(NamedTuple):
    """Amounts of money for ``UNIT`` tokens: of a prompt, in the server's cache and not, and of an answer."""

    cache_hit: Decimal
    cache_miss: Decimal
    output: Decimal

    def cost(self, tokens: Tokens) -> Decimal:
        """What the tokens cost, exactly."""
        hit = min(tokens.cache_hit, tokens.prompt)
        miss = tokens.prompt - hit
        return (self.cache_hit * hit + self.cache_miss * miss + self.output * tokens.completion) / UNIT


class Price(NamedTuple):
    """What a model costs. ``currency`` is three letters of ISO 4217, ``as_of`` the date on which it was true.

    ``peak`` holds in ``peak_hours``, ``rates`` at all other times. ``host`` is the one server that it is the price of,
    None for any; ``also`` are other names of the model.
    """

    currency: str
    as_of: str
    rates: Rates
    peak: Rates | None = None
    peak_hours: Sequence[Hours] = ()
    host: str | None = None
    also: Sequence[str] = ()

    def cost(self, tokens: Tokens, begun: float) -> Decimal:
        """What a run costs that began then, in seconds since the epoch: the whole of it at the rates of that
        moment."""
        is_peak = self.peak is not None and any(hours.hold(begun) for hours in self.peak_hours)
        return (self.peak if self.peak and is_peak else self.rates).cost(tokens)
