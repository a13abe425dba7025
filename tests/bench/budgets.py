"""What is to be reached: one quantity held against another of the same run."""

from __future__ import annotations

from collections.abc import Mapping
from enum import Enum, auto
from typing import NamedTuple

from tests.bench import crowd, roster
from tests.bench.measure import Outcome
from tests.bench.measures import (
    commands,
    cpu,
    delivery,
    first_token,
    flat_out,
    map_cpu,
    map_memory,
    map_rate,
    memory,
    request,
    writes,
)


class Kind(Enum):
    """How the two are held against each other."""

    #: The ratio, which is to be small.
    AT_MOST = auto()
    #: The ratio, which is to be great.
    AT_LEAST = auto()
    #: The difference, in the unit of the quantity.
    MORE_BY = auto()
    #: Nothing: the value itself.
    VALUE = auto()


class Budget(NamedTuple):
    """``entry`` held against ``reference``; either limit may be missing."""

    measure: str
    entry: str
    quantity: str
    kind: Kind
    reference: str
    budget: float | None
    stretch: float | None

    def measured(self, outcomes: Mapping[str, Outcome]) -> float | None:
        """The ratio or difference; None if one of the two was not measured."""
        outcome = outcomes.get(self.measure)
        value = outcome.median(self.entry, self.quantity) if outcome else None
        if value is None or outcome is None or self.kind is Kind.VALUE:
            return value
        reference = outcome.median(self.reference, self.quantity)
        if reference is None:
            return None
        return value - reference if self.kind is Kind.MORE_BY else value / reference

    def verdict(self, measured: float) -> str:
        """Which of the two limits is kept."""
        if self.stretch is not None and self._keeps(measured, self.stretch):
            return "stretch met"
        if self.budget is None:
            return "stretch not met"
        return "met" if self._keeps(measured, self.budget) else "**not met**"

    def _keeps(self, measured: float, limit: float) -> bool:
        return measured >= limit if self.kind is Kind.AT_LEAST else measured <= limit


def _startup(against: str, budget: float, stretch: float | None) -> Budget:
    return Budget("request", roster.DSK, request.QUANTITY, Kind.AT_MOST, against, budget, stretch)


def _throughput(entry: str, against: str, budget: float | None, stretch: float | None) -> Budget:
    return Budget("flat-out", entry, flat_out.QUANTITY, Kind.AT_LEAST, against, budget, stretch)


def _cpu(against: str, budget: float | None, stretch: float | None) -> Budget:
    return Budget("cpu", roster.DSK, cpu.ANSWER, Kind.AT_MOST, against, budget, stretch)


def _records(jobs: int, against: str) -> Budget:
    return Budget("map", crowd.DSK_MAP, map_rate.rate(jobs), Kind.AT_LEAST, against, 1, None)


BUDGETS = (
    _startup(roster.NAIVE, 0.85, 0.6),
    _startup(roster.LLM, 1 / 8, None),
    Budget("first-token", roster.DSK, first_token.QUANTITY, Kind.AT_MOST, roster.CURL, 1.25, 1.1),
    *(Budget("commands", entry, commands.QUANTITY, Kind.AT_MOST, commands.BARE, 4, 2.5) for entry in commands.COMMANDS),
    *(
        Budget("delivery", roster.DSK, delivery.p99(rate), Kind.MORE_BY, roster.CURL, 0.5, 0.2)
        for rate in delivery.RATES
    ),
    _throughput(roster.DSK, roster.OPENAI, 10, None),
    _throughput(roster.DSK, roster.NAIVE, 1.5, 3),
    _throughput(roster.DSK, roster.PIPELINE, 1, None),
    _throughput(roster.DSK_RAW, roster.CURL, None, 1),
    _cpu(roster.NAIVE, 0.5, None),
    _cpu(roster.PIPELINE, None, 1),
    Budget("memory", roster.DSK, memory.PEAK, Kind.AT_MOST, roster.NAIVE, 1.3, 1),
    Budget("memory", roster.DSK, memory.GROWTH, Kind.VALUE, "", 1, 0),
    Budget("memory", roster.DSK_RAW, memory.GROWTH, Kind.VALUE, "", 1, 0),
    Budget("writes", roster.DSK, writes.SINGLE, Kind.VALUE, "", 1, None),
    Budget("writes", roster.DSK, writes.BURSTS, Kind.VALUE, "", 1, None),
    _records(1, crowd.CURL_LOOP),
    *(_records(jobs, crowd.PARALLEL) for jobs in crowd.LEVELS),
    *(_records(jobs, crowd.OPENAI_POOL) for jobs in crowd.LEVELS),
    *(
        Budget("map-cpu", crowd.DSK_MAP, map_cpu.QUANTITY, Kind.AT_MOST, against, 1, None)
        for against in (crowd.CURL_LOOP, crowd.PARALLEL, crowd.OPENAI_POOL)
    ),
    Budget("map-memory", crowd.DSK_MAP, map_memory.GROWTH, Kind.VALUE, "", 20, None),
)
