"""What is left, as Markdown with short cells. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from tests.bench import table
from tests.bench.failures.mishaps import ANSWER
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


def render(head: Mapping[str, str], mishaps: Sequence[str], rows: Mapping[str, Sequence[Remains] | str]) -> str:
    """The whole page; a row that is a text says why there is nothing."""
    lines = "\n".join(f"- {key}: {value}" for key, value in head.items())
    cells = [[f"`{name}`", *_cells(row, len(mishaps))] for name, row in rows.items()]
    return f"{lines}\n\n{table.markdown(('', *mishaps), cells)}\n"


def _cells(row: Sequence[Remains] | str, count: int) -> list[str]:
    return [row, *[""] * (count - 1)] if isinstance(row, str) else [cell(remains) for remains in row]
