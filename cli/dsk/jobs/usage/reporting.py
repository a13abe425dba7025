"""The job of ``dsk usage``: the tokens of the runs in the log, and what they cost."""

from __future__ import annotations

import os
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from dsk.errors import Status
from dsk.jobs.usage.counting import Sum, in_order, keys, summed
from dsk.output.escapes import clean_field
from dsk.output.notes import note
from dsk.output.sinks import write_out_all
from dsk.records import NamedTuple
from dsk.state.config import load
from dsk.state.log.reading import reading
from dsk.state.log.spending import OFFLINE, has_runs, session_titles, spendings
from dsk.state.paths import log_file
from dsk.state.prices import load_prices
from dsk.world import STDOUT

if TYPE_CHECKING:
    from dsk.output.usage_table import Line
    from dsk.world import World

COUNTS = ("runs", "failed", "untold", "prompt", "cache_hit", "cache_miss", "completion", "reasoning")


class Which(NamedTuple):
    """Which runs are summed up, and by what. ``since`` and ``until`` are seconds since the epoch; ``until`` is not
    among them, None is no end. ``model`` may be an alias; None is all. ``profiles`` () are all but that of runs without
    a server."""

    by: str
    since: float
    until: float | None
    model: str | None
    profiles: tuple[str, ...]


def report_usage(which: Which, form: str, world: World) -> Status:
    """Print the sums as ``form``: table, json or csv.

    Raises ``LocalFault`` if the log cannot be used, ``UsageFault`` for a fault in the config file.
    """
    config = load(world.env)
    prices = load_prices(config)
    model = which.model and config.aliases.get(which.model, which.model)
    with reading(log_file(world.env)) as log:
        key = keys(session_titles(log))[which.by]
        runs = spendings(log, since=which.since, until=which.until, model=model, profiles=which.profiles)
        sums, total = summed(runs, key, prices)
        is_empty = not sums and not has_runs(log)
        leaves_out = not sums and not which.profiles and next(spendings(log, profiles=[OFFLINE]), None) is not None
    rows = in_order(sums, by_time=which.by in ("day", "month"))
    is_terminal = world.is_terminal(STDOUT)
    if form == "json":
        from dsk.output.json_text import json_line

        write_out_all(STDOUT, json_line(_object(which, rows, total), is_terminal=is_terminal))
    elif form == "csv":
        write_out_all(STDOUT, _csv(which, rows, prices.currencies, is_terminal=is_terminal))
    elif rows:
        from dsk.output.usage_table import usage_table

        lines = [_line(clean_field(name) or "-", one) for name, one in rows]
        width = os.get_terminal_size(STDOUT).columns if is_terminal else None
        text = usage_table(which.by, lines, _line("total", total), width)
        write_out_all(STDOUT, text.encode("utf-8", "replace"))
    if not rows:
        left = f"; those with --offline are left out: -P {OFFLINE} sums them up" if leaves_out else ""
        note("the log is empty" if is_empty else f"no run in the log is like that{left}", world)
    if total.untold and form == "table":
        untold = "1 run" if total.untold == 1 else f"{total.untold} runs"
        note(f"of {untold} the server told no tokens, or not all: those are not in the sums", world)
    return Status.OK


def _line(name: str, one: Sum) -> Line:
    from dsk.output.usage_table import Line

    return Line(
        name=name,
        runs=one.runs,
        failed=one.failed,
        prompt=one.prompt,
        hit=one.cache_hit,
        miss=one.cache_miss,
        output=one.completion,
        reasoning=one.reasoning,
        cost=one.cost,
    )


def _fields(one: Sum) -> dict[str, Any]:
    return {name: getattr(one, name) for name in COUNTS} | {
        "cost_estimate": {currency: float(cost) for currency, cost in sorted(one.costs.items())},
        "unpriced": one.unpriced,
    }


def _object(which: Which, rows: Sequence[tuple[str, Sum]], total: Sum) -> dict[str, Any]:
    return {
        "by": which.by,
        "since": which.since or None,
        "until": which.until,
        "rows": [{which.by: name or None} | _fields(one) for name, one in rows],
        "total": _fields(total),
    }


def _csv(which: Which, rows: Sequence[tuple[str, Sum]], currencies: Sequence[str], *, is_terminal: bool) -> bytes:
    """As RFC 4180 has it; a column for each currency in the table of prices."""
    import csv
    from io import StringIO

    text = StringIO()
    writer = csv.writer(text, lineterminator="\r\n")
    writer.writerow([which.by, *COUNTS, *(f"cost_{currency}" for currency in currencies), "unpriced"])
    for name, one in rows:
        costs = [f"{one.costs[currency]:f}" if currency in one.costs else "" for currency in currencies]
        title = clean_field(name) if is_terminal else name
        writer.writerow([title, *(getattr(one, count) for count in COUNTS), *costs, one.unpriced])
    return text.getvalue().encode("utf-8", "replace")
