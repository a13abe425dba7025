"""Sums of tokens as a table: with bars and short numbers on a terminal, with all digits elsewhere. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from unicodedata import east_asian_width

from dsk.output.table import cut
from dsk.records import NamedTuple

#: The bar of a terminal: eighths of a column.
EIGHTHS = " ▏▎▍▌▋▊▉"
FULL = "█"
# Columns.
LEAST_BAR = 8
MOST_BAR = 40
LEAST_NAME = 10
GAP = "  "
# What a narrow terminal does without, the first first.
DISPENSABLE = ("miss", "reasoning", "failed", "hit", "bar", "runs", "prompt")
_UNITS = ("", "k", "M", "G", "T", "P")


class Line(NamedTuple):
    """One line; ``cost`` is a text."""

    name: str
    runs: int
    failed: int
    prompt: int
    hit: int
    miss: int
    output: int
    reasoning: int
    cost: str


def usage_table(title: str, lines: Sequence[Line], total: Line, width: int | None) -> str:
    """The lines under a heading, and the total under more than one; names hold nothing that moves a terminal.

    ``width`` is that of the terminal in columns, 0 if it does not know; None is a pipe.
    """
    shown = [*lines, total] if len(lines) > 1 else list(lines)
    columns = {field: _column(field, shown, is_short=width is not None) for field in Line._fields}
    if width:
        limit = max(LEAST_NAME, width // 3)
        columns["name"] = [cut(name, limit) for name in columns["name"]]
    columns = {field: [_heading(field, title), *texts] for field, texts in columns.items()}
    rows = _fitted(columns, lines, width) if width else _joined(columns)
    return "".join(f"{cut(row, width) if width else row}\n" for row in rows)


def short(count: int) -> str:
    """A count in at most five characters: ``9999``, ``12.3k``, ``4.56M``."""
    if count < 10_000:
        return str(count)
    power = (len(str(count)) - 1) // 3
    # Rounding may carry it to the next unit.
    power += count / 1000**power >= 999.5
    power = min(power, len(_UNITS) - 1)
    value = count / 1000**power
    digits = 2 if value < 9.995 else 1 if value < 99.95 else 0
    return f"{value:.{digits}f}{_UNITS[power]}"


def bar(part: int, most: int, width: int) -> str:
    """A bar of at most so many columns, which ``most`` fills; what is not nothing is seen."""
    eighths = max(round(8 * width * part / most), 1) if part else 0
    return FULL * (eighths // 8) + EIGHTHS[eighths % 8].strip()


def _heading(field: str, title: str) -> str:
    return (title if field == "name" else field).upper()


def _column(field: str, lines: Sequence[Line], *, is_short: bool) -> list[str]:
    values = [getattr(line, field) for line in lines]
    return [value if isinstance(value, str) else short(value) if is_short else str(value) for value in values]


def _fitted(columns: Mapping[str, Sequence[str]], lines: Sequence[Line], width: int) -> list[str]:
    """The rows of what there is room for, with bars if there is room for them."""
    shown = dict(columns)
    has_bar = True
    for field in ("", *DISPENSABLE):
        has_bar = has_bar and field != "bar"
        shown.pop(field, None)
        room = width - sum(_widest(texts) + len(GAP) for texts in shown.values()) + (0 if has_bar else len(GAP))
        if room >= (LEAST_BAR if has_bar else 0):
            break
    rows = _joined(shown)
    if not has_bar:
        return rows
    used = [line.prompt + line.output for line in lines]
    bars = ["", *(bar(part, max(used) or 1, min(room, MOST_BAR)) for part in used)]
    widest = max(map(_width, rows))
    return [
        f"{row}{' ' * (widest - _width(row))}{GAP}{drawn}" if drawn else row
        for row, drawn in zip(rows, [*bars, ""], strict=False)
    ]


def _joined(columns: Mapping[str, Sequence[str]]) -> list[str]:
    """Names and costs to the left, numbers to the right."""
    padded = []
    for field, texts in columns.items():
        width = _widest(texts)
        room = [" " * (width - _width(text)) for text in texts]
        is_number = field not in ("name", "cost")
        padded.append([pad + text if is_number else text + pad for text, pad in zip(texts, room, strict=True)])
    return [GAP.join(row).rstrip() for row in zip(*padded, strict=True)]


def _widest(texts: Sequence[str]) -> int:
    return max(map(_width, texts))


def _width(text: str) -> int:
    return sum(2 if east_asian_width(char) in "WF" else 1 for char in text)
