"""``python -m tests.bench``: see the package's docstring."""

from __future__ import annotations

import argparse
import json
import os

from tests.bench import machine, table
from tests.bench.lab import FULL, QUICK, open_lab
from tests.bench.measure import Outcome, progress, take
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

MEASURES = {
    module.MEASURE.name: module.MEASURE
    for module in (
        request,
        first_token,
        commands,
        delivery,
        flat_out,
        cpu,
        memory,
        writes,
        map_rate,
        map_cpu,
        map_memory,
    )
}
ROUNDS = 11
QUICK_ROUNDS = 3


def main() -> None:
    """Measure what was asked for and print it; progress goes to stderr."""
    parser = argparse.ArgumentParser(prog="python -m tests.bench", description="How fast dsk is, as ratios.")
    parser.add_argument("--quick", action="store_true", help=f"{QUICK_ROUNDS} rounds and smaller sizes")
    parser.add_argument("--only", action="append", choices=MEASURES, metavar="NAME", help=f"of {', '.join(MEASURES)}")
    parser.add_argument("--rounds", type=int, metavar="N", help=f"{ROUNDS}, or {QUICK_ROUNDS} with --quick")
    parser.add_argument("--json", action="store_true", help="every sample, instead of the table")
    options = parser.parse_args()
    rounds = options.rounds or (QUICK_ROUNDS if options.quick else ROUNDS)
    load = os.getloadavg()[0]
    with open_lab(QUICK if options.quick else FULL) as lab:
        outcomes = [take(MEASURES[name], lab, rounds) for name in options.only or MEASURES]
    head = machine.describe(lab.versions, load) | {"rounds": f"{rounds}{', quick form' if options.quick else ''}"}
    progress("")
    print(_as_json(head, outcomes) if options.json else table.render(head, outcomes), end="")


def _as_json(head: dict[str, str], outcomes: list[Outcome]) -> str:
    measures = {outcome.measure.name: {"samples": outcome.samples, "absent": outcome.absent} for outcome in outcomes}
    return json.dumps({"head": head, "measures": measures}, indent=2) + "\n"


if __name__ == "__main__":
    main()
