"""What a measure is, and how it is taken: round by round, everyone in turn."""

from __future__ import annotations

import sys
from collections.abc import Callable, Mapping, Sequence
from statistics import median
from typing import NamedTuple

from tests.bench.lab import Lab
from tests.bench.process import RunError

#: Values by the name of the quantity, which tells the unit.
Sample = Mapping[str, float]


class Measure(NamedTuple):
    """One thing that is measured of several."""

    name: str
    title: str
    #: Names of contenders, or of whatever else ``sample`` knows.
    entries: Sequence[str]
    #: Raises ``RunError`` if there is none to be had.
    sample: Callable[[Lab, str], Sample]
    #: How an entry that is not installed comes to be.
    missing: Callable[[Lab, str], str | None] = lambda _lab, _entry: None
    #: Rounds after which nothing new is seen, where a round takes long.
    enough: int | None = None


class Outcome(NamedTuple):
    """All samples of a measure."""

    measure: Measure
    #: Of each entry, round by round.
    samples: Mapping[str, Sequence[Sample]]
    #: Why an entry has no samples.
    absent: Mapping[str, str]

    @property
    def quantities(self) -> list[str]:
        """The names of what was measured, in order."""
        return list(dict.fromkeys(name for each in self.samples.values() for sample in each for name in sample))

    def median(self, entry: str, quantity: str) -> float | None:
        """Over the rounds; None if there is nothing."""
        values = [sample[quantity] for sample in self.samples.get(entry, ()) if quantity in sample]
        return median(values) if values else None


def take(measure: Measure, lab: Lab, rounds: int) -> Outcome:
    """Warm up, then sample all entries in turn, each round beginning with another one."""
    absent: dict[str, str] = {}
    for entry in measure.entries:
        if how := measure.missing(lab, entry):
            absent[entry] = f"not installed ({how})"
    samples: dict[str, list[Sample]] = {entry: [] for entry in measure.entries if entry not in absent}
    rounds = min(rounds, measure.enough or rounds)
    for number in range(rounds):
        for entry in _turn(list(samples), number):
            progress(f"{measure.name}: round {number + 1} of {rounds}, {entry}")
            try:
                samples[entry].append(measure.sample(lab, entry))
            except RunError as failure:
                absent[entry] = f"failed: {failure}"
                del samples[entry]
    return Outcome(measure, samples, absent)


def progress(text: str) -> None:
    """Show what is under way, in place of what was, if someone is watching."""
    if sys.stderr.isatty():
        print(f"\r\033[K{text}", end="", file=sys.stderr, flush=True)


def _turn(entries: list[str], number: int) -> list[str]:
    first = number % len(entries) if entries else 0
    return entries[first:] + entries[:first]


def not_installed(lab: Lab, name: str) -> str | None:
    """How to get a contender that is not there; None if it is."""
    return None if lab.is_installed(name) else lab.contender(name).install
