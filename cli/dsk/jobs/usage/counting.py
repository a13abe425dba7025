"""Runs of the log summed up: tokens, failures and what it all cost, by day or by whatever else. Pure, but for the
local time zone."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterable, Mapping
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from dsk.output.counts import Counts, paid_counts
from dsk.pricing.money import UNKNOWN, estimate
from dsk.pricing.price import Tokens

if TYPE_CHECKING:
    from dsk.pricing.price import Price
    from dsk.state.log.spending import Spent
    from dsk.state.prices import Prices

#: Statuses from here on are those of signals: the run was ended on purpose, or its reader had enough.
SIGNALS = 128

COUNTED = ("runs", "failed", "untold", "unpriced", "prompt", "cache_hit", "completion", "reasoning")


class Sum:
    """What a number of runs have used up."""

    def __init__(self) -> None:
        self.runs = 0
        #: Those that were killed or ended with a status other than 0, and not by a signal.
        self.failed = 0
        #: Those of whose tokens, or a part of them, the server has told nothing.
        self.untold = 0
        #: Those that have tokens and no known price.
        self.unpriced = 0
        self.prompt = self.cache_hit = self.completion = self.reasoning = 0
        self.costs: dict[str, Decimal] = {}

    @property
    def cache_miss(self) -> int:
        """Tokens of prompts that were not in the server's cache, or of which nobody knows."""
        return self.prompt - self.cache_hit

    @property
    def cost(self) -> str:
        """What it cost, as an estimate; "" if it cost nothing."""
        if not self.costs and self.untold:
            return UNKNOWN
        return estimate(self.costs, has_unknown=bool(self.unpriced))

    def add(self, run: Spent, counts: Counts, price: Price | None) -> None:
        """Count a run in; its price matters only if it has tokens."""
        self.runs += 1
        self.failed += is_failed(run)
        self.untold += is_untold(run)
        if counts.prompt is None and counts.completion is None:
            return
        tokens = tokens_of(counts)
        self.prompt += tokens.prompt
        self.cache_hit += tokens.cache_hit
        self.completion += tokens.completion
        self.reasoning += counts.reasoning or 0
        if price is None:
            self.unpriced += 1
        else:
            self._pay(price.currency, price.cost(tokens, run.begun))

    def merge(self, other: Sum) -> None:
        """Count another sum in."""
        for name in COUNTED:
            setattr(self, name, getattr(self, name) + getattr(other, name))
        for currency, cost in other.costs.items():
            self._pay(currency, cost)

    def _pay(self, currency: str, cost: Decimal) -> None:
        self.costs[currency] = self.costs.get(currency, Decimal(0)) + cost


def tokens_of(counts: Counts) -> Tokens:
    """The counts as they are paid for: what the server does not tell is nothing."""
    prompt = counts.prompt or 0
    return Tokens(prompt, min(counts.cache_hit or 0, prompt), counts.completion or 0)


def is_failed(run: Spent) -> bool:
    """Whether a run was killed, or ended with a status other than 0 and not by a signal."""
    return run.state == "killed" or (run.status is not None and 0 < run.status < SIGNALS)


def is_untold(run: Spent) -> bool:
    """Whether an answer had begun, and the server told nothing of the tokens of its last stream."""
    if run.state == "running" or (run.model is None and run.first_token is None):
        return False
    return run.usage is None or bool(run.resumed and run.finish_reason is None and run.status)


def summed(runs: Iterable[Spent], key: Callable[[Spent], str], prices: Prices) -> tuple[dict[str, Sum], Sum]:
    """The sum of each key, in the order of their first runs, and of all."""
    sums: dict[str, Sum] = {}
    total = Sum()
    known: dict[tuple[str | None, str, str], Price | None] = {}
    for run in runs:
        which = (run.model, run.model_asked, run.base_url)
        if which not in known:
            known[which] = prices.find(which[:2], run.base_url)
        sums.setdefault(key(run), Sum()).add(run, _own_counts(run), known[which])
    for one in sums.values():
        total.merge(one)
    return sums, total


def _own_counts(run: Spent) -> Counts:
    """The counts of a run, without those of the run that it goes on with, which has a count of its own."""
    counts = paid_counts(_value(run.usage), _value(run.resumed) or [])
    if not run.before:
        return counts
    usage, resumed = map(_value, run.before)
    both = zip(counts, paid_counts(usage, resumed or []), strict=True)
    return Counts(*(None if all_of_it is None else max(all_of_it - (one or 0), 0) for all_of_it, one in both))


def keys(titles: Mapping[str, str]) -> dict[str, Callable[[Spent], str]]:
    """What runs can be summed up by; ``titles`` are those of sessions. A run without a session is summed up under
    ""."""
    return {
        "day": lambda run: time.strftime("%Y-%m-%d", time.localtime(run.begun)),
        "month": lambda run: time.strftime("%Y-%m", time.localtime(run.begun)),
        "model": lambda run: run.model or run.model_asked,
        "session": lambda run: titles.get(run.session, run.session) if run.session else "",
        "profile": lambda run: run.profile,
        "command": lambda run: run.command,
    }


def in_order(sums: Mapping[str, Sum], *, by_time: bool) -> list[tuple[str, Sum]]:
    """By time the oldest first, else what used most first."""
    if by_time:
        return sorted(sums.items())
    return sorted(sums.items(), key=lambda item: -(item[1].prompt + item[1].completion))


def _value(text: str | None) -> Any:
    return None if text is None else json.loads(text)
