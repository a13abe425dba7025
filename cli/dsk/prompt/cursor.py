"""A text with a cursor in it, where something is to be filled in: found by a mark, or by line and column.

Lines end in a newline, before which a carriage return may stand. A column counts characters, which are those of
Unicode, from 1; a byte order mark is none. Only computes.
"""

from __future__ import annotations

from dsk.errors import UsageFault
from dsk.records import NamedTuple

BYTE_ORDER_MARK = "\ufeff"
#: Of what may be sent, the part that is before the cursor, where there is enough on both sides.
SHARE_BEFORE = 0.75
#: And the part of it within which a line may be left out rather than cut.
NEAR = 8
#: How many places of a mark are named.
MOST_NAMED = 3


class Gap(NamedTuple):
    """The text before the cursor and after it; ``mark`` is what stands between them in the file, if anything does."""

    before: str
    after: str
    mark: str = ""


class Place(NamedTuple):
    """A cursor: line and column, both from 1, in a file, which ``-`` stands for stdin."""

    file: str
    line: int
    column: int


def parse_place(text: str) -> Place:
    """``FILE:LINE:COL``; the file may have colons in its name. Raises ``UsageFault``."""
    if not is_place(text):
        raise UsageFault(f"--at {text}", "it is not FILE:LINE:COL, both from 1", hint="as in --at main.py:10:5")
    file, line, column = text.rsplit(":", 2)
    # No file has so many lines, and no message needs more digits.
    return Place(file, int(line[:18]), int(column[:18]))


def is_place(text: str) -> bool:
    """Whether this is ``FILE:LINE:COL``."""
    file, line, column = ["", "", *text.rsplit(":", 2)][-3:]
    return bool(file) and _is_number(line) and _is_number(column)


def _is_number(text: str) -> bool:
    return text.isascii() and text.isdigit() and text.strip("0") != ""


def at_mark(text: str, mark: str, name: str) -> Gap:
    """The text around its one mark. Raises ``UsageFault`` if it has none, or several."""
    before, found, after = text.partition(mark)
    if not found:
        hint = "put it where the text is wanted; --mark names another, --at FILE:LINE:COL needs none"
        raise UsageFault(f"there is no cursor mark {mark} in {name}", hint=hint)
    count = text.count(mark)
    if count > 1:
        lines = _lines_of(text, mark)
        more = ", ..." if count > MOST_NAMED else ""
        raise UsageFault(
            f"the cursor mark {mark} is in {name} {count} times",
            f"on lines {', '.join(lines)}{more}",
            hint="leave one; --mark names another, --at FILE:LINE:COL needs none",
        )
    return Gap(before, after, mark)


def _lines_of(text: str, mark: str) -> list[str]:
    found, at = [], -len(mark)
    for _ in range(min(text.count(mark), MOST_NAMED)):
        at = text.index(mark, at + len(mark))
        found.append(str(text.count("\n", 0, at) + 1))
    return found


def at_place(text: str, place: Place, name: str) -> Gap:
    """The text around a line and column. Raises ``UsageFault`` if there is no such line, or no such column in it."""
    what = f"--at {place.file}:{place.line}:{place.column}"
    if place.line > text.count("\n") + 1:
        raise UsageFault(what, f"{name} {_size_of(text)}", hint=_advice(place))
    start = 0
    for _ in range(place.line - 1):
        start = text.index("\n", start) + 1
    if start == 0 and text.startswith(BYTE_ORDER_MARK):
        start = 1
    end = text.find("\n", start)
    if end < 0:
        end = len(text)
    elif text[start:end].endswith("\r"):
        end -= 1
    last = end - start + 1
    if place.column > last:
        why = f"column {last} is the end of line {place.line} of {name}"
        raise UsageFault(what, why, hint=_advice(place))
    at = start + place.column - 1
    return Gap(text[:at], text[at:])


def _advice(place: Place) -> str:
    counted = "lines and columns count from 1, columns in characters"
    return counted if place.file == "-" else f"{counted}; what an editor has not saved is piped in: --at -:LINE:COL"


def _size_of(text: str) -> str:
    """How many lines there are, as others count them, and the last place, which may be after the end of all."""
    newlines = text.count("\n")
    last = text[text.rfind("\n") + 1 :]
    lines = newlines + bool(last)
    column = len(last if newlines else last.removeprefix(BYTE_ORDER_MARK)) + 1
    return f"has {lines} line{'' if lines == 1 else 's'} and ends at {newlines + 1}:{column}"


def nearest(gap: Gap, most: int) -> Gap:
    """What of a gap is sent: at most so many characters around the cursor, 0 for all. Where something is left out, a
    line that would be cut near its end, or near its beginning after the cursor, is left out whole."""
    before, after, _ = gap
    if not most or len(before) + len(after) <= most:
        return Gap(before, after)
    size = min(len(before), max(int(most * SHARE_BEFORE), most - len(after)))
    near = most // NEAR
    if size < len(before):
        before = before[len(before) - size :]
        before = before[before.find("\n", 0, near) + 1 :]
    if most - size < len(after):
        after = after[: most - size]
        end = after.rfind("\n", max(len(after) - near, 0)) + 1
        after = after[: end or None]
    return Gap(before, after)
