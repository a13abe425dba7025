"""What is left, as Markdown with short cells. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from tests.bench import table
from tests.bench.failures.mishaps import ANSWER, MISHAPS
from tests.bench.failures.trial import Remains


def cell(remains: Remains) -> str:
    """Such as ``12: 48+log``."""
    status = "hangs" if remains.status is None else str(remains.status)
    printed = "all" if remains.printed == len(ANSWER) else str(remains.printed)
    if not remains.logged:
        log = ""
    elif remains.logged == remains.printed:
        log = "+log"
    else:
        log = f", log {remains.logged}"
    return f"{status}: {printed}{log}"


def render(head: Mapping[str, str], rows: Mapping[str, Sequence[Remains] | str]) -> str:
    """The whole page; a row that is a text says why there is nothing."""
    lines = "\n".join(f"- {key}: {value}" for key, value in head.items())
    cells = [
        [f"`{name}`", *([row] + [""] * (len(MISHAPS) - 1) if isinstance(row, str) else map(cell, row))]
        for name, row in rows.items()
    ]
    return f"{lines}\n\n{table.markdown(('', *(mishap.name for mishap in MISHAPS)), cells)}\n"
