"""Hours of the week, in UTC, in which another price holds: ``Mon-Fri 01:00-04:00``."""

from __future__ import annotations

import re

from dsk.records import NamedTuple

DAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
_MINUTE = 60
_DAY = 24 * 60 * _MINUTE
_TIME = r"([01]\d|2[0-4]):([0-5]\d)"
_HOURS = re.compile(rf"({'|'.join(DAYS)})(?:-({'|'.join(DAYS)}))? {_TIME}-{_TIME}")
_LONGEST_DAY = len("Wednesday")
# The epoch was a Thursday.
_FIRST_DAY = DAYS.index("Thu")


class Hours(NamedTuple):
    """The same time of some days: from ``begin``, which belongs to it, to ``end``, which does not, in seconds since
    midnight; ``days`` are their places in ``DAYS``."""

    days: frozenset[int]
    begin: int
    end: int

    def hold(self, moment: float) -> bool:
        """Whether a moment, in seconds since the epoch, is in them."""
        day, second = divmod(moment, _DAY)
        return (int(day) + _FIRST_DAY) % len(DAYS) in self.days and self.begin <= second < self.end


def hours_trouble(text: str) -> str:
    """What is wrong with a text that names no hours; "" if it names some."""
    if parse_hours(text):
        return ""
    found = _HOURS.fullmatch(text)
    if not found:
        days, _, times = text.partition(" ")
        strange = next((day for day in days.split("-") if day not in DAYS), None)
        if strange is not None:
            # What is longer is no slip, and may be anything.
            shown = repr(strange) if len(strange) <= _LONGEST_DAY else "what it begins with"
            return f"{shown} is no day: they are {', '.join(DAYS)}"
        if days.count("-") > 1:
            return "its days are not such as Mon or Mon-Fri"
        return f"{'its times are not' if times else 'it has no times'} such as 01:00-04:00"
    if DAYS.index(found[1]) > DAYS.index(found[2] or found[1]):
        return "it goes past Sunday: give the days before it and those after it an entry each"
    begin, end = found[3] + found[4], found[5] + found[6]
    if max(begin, end) > "2400":
        return "a day ends at 24:00"
    return "it ends where it begins" if begin == end else "it goes past midnight: give the hours of each day an entry"


def parse_hours(text: str) -> Hours | None:
    """The hours that a text names: a day or a range of days, and the times between which they lie; None if it names
    none. Neither the days nor the times may go past the end of the week or the day."""
    found = _HOURS.fullmatch(text)
    if not found:
        return None
    first, last = (DAYS.index(name) for name in (found[1], found[2] or found[1]))
    begin, end = ((int(found[at]) * 60 + int(found[at + 1])) * _MINUTE for at in (3, 5))
    return Hours(frozenset(range(first, last + 1)), begin, end) if first <= last and begin < end <= _DAY else None
