"""Outcomes as Markdown that also reads well as plain text: the budgets first, then each measure. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from tests.bench.budgets import BUDGETS, Budget, Kind
from tests.bench.measure import Outcome


def render(head: Mapping[str, str], outcomes: Sequence[Outcome]) -> str:
    """The whole page."""
    by_name = {outcome.measure.name: outcome for outcome in outcomes}
    parts = ["\n".join(f"- {key}: {value}" for key, value in head.items()), budget_table(by_name)]
    parts += [measure_table(outcome) for outcome in outcomes]
    return "\n\n".join(part for part in parts if part) + "\n"


def budget_table(outcomes: Mapping[str, Outcome]) -> str:
    """One line for each budget whose measure was taken; empty if there is none."""
    rows = [_budget_row(budget, budget.measured(outcomes)) for budget in BUDGETS if budget.measure in outcomes]
    if not rows:
        return ""
    return markdown(("measure", "what", "measured", "budget", "stretch", "verdict"), rows)


def _budget_row(budget: Budget, measured: float | None) -> list[str]:
    against = f" / {budget.reference}" if budget.reference else ""
    if budget.kind is Kind.MORE_BY:
        against = f" - {budget.reference}"
    sign = ">=" if budget.kind is Kind.AT_LEAST else "<="
    limits = [f"{sign} {number(limit)}" if limit is not None else "" for limit in (budget.budget, budget.stretch)]
    if measured is None:
        return [budget.measure, f"{budget.entry}{against}, {budget.quantity}", "not measured", *limits, ""]
    what = f"{budget.entry}{against}, {budget.quantity}"
    return [budget.measure, what, number(measured), *limits, budget.verdict(measured)]


def measure_table(outcome: Outcome) -> str:
    """What each entry took: the medians."""
    quantities = outcome.quantities
    rows = []
    for entry in outcome.measure.entries:
        if entry in outcome.absent:
            rows.append([entry, outcome.absent[entry], *[""] * (len(quantities) - 1)])
            continue
        values = [outcome.median(entry, quantity) for quantity in quantities]
        rows.append([entry, *(number(value) if value is not None else "" for value in values)])
    rounds = max(map(len, outcome.samples.values()), default=0)
    title = f"### {outcome.measure.title} (`{outcome.measure.name}`, {_rounds(rounds)})"
    return f"{title}\n\n" + markdown((outcome.measure.name, *(quantities or [""])), rows)


def _rounds(count: int) -> str:
    return f"medians of {count} rounds" if count > 1 else "one round"


def number(value: float) -> str:
    """Three digits that count, and no exponent."""
    size = abs(value)
    if size >= 100:
        return f"{value:,.0f}"
    return f"{value:.{1 if size >= 10 else 2 if size >= 1 else 3}f}".rstrip("0").rstrip(".") or "0"


def markdown(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    lines = [list(head), *(list(row) for row in rows)]
    lines = [[cell.replace("|", "\\|") for cell in line] for line in lines]
    widths = [max(3, *(len(line[column]) for line in lines)) for column in range(len(head))]
    lines.insert(1, ["-" * width for width in widths])
    return "\n".join(
        "| " + " | ".join(cell.ljust(width) for cell, width in zip(line, widths, strict=True)) + " |" for line in lines
    )
