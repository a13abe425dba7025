"""What an output file holds already: for which records, asked by which template, and with which status."""

from __future__ import annotations

import json
from array import array
from bisect import bisect_left, bisect_right
from collections.abc import Iterable

from dsk.records import NamedTuple


class Line(NamedTuple):
    """What a line of output says of itself."""

    record: int
    number: int
    template: str
    status: int


def parse_line(data: bytes) -> Line | None:
    """None if it is no line of ours, or not a whole one."""
    try:
        fields = json.loads(data)
        own = fields.get("dsk", fields)
        reference = own["input"]
        # Eight bytes each, or it is not ours.
        array("Q", [record := int(reference["record"], 16), number := int(reference["number"])])
        return Line(record, number, str(reference["template"]), int(own["status"]))
    except (ValueError, TypeError, KeyError, AttributeError, OverflowError, RecursionError):
        return None


class Held:
    """The records that a file has the answers of, some twenty bytes each: as often as it has them."""

    def __init__(self, records: Iterable[int] = (), failed: int = 0) -> None:
        """``records`` in the order of the file."""
        found = array("Q", records)
        order = sorted(range(len(found)), key=found.__getitem__)
        self._records = array("Q", [found[rank] for rank in order])
        # Which line of the file each of them has, counted from 0.
        self._ranks = array("L", order)
        # By lines: the numbers of the records that have taken them, 0 for none.
        self._numbers = array("Q", bytes(8 * len(found)))
        # How many of equal ones have been taken, at the place of the first of them.
        self._taken: dict[int, int] = {}
        self._has_gap = False
        self._last_rank = -1
        #: How many lines there are, and how many of them are failures.
        self.total = len(found)
        self.failed = failed
        #: How many have been taken.
        self.taken = 0
        #: Whether lines of the file stand elsewhere than their records do.
        self.is_displaced = False

    def take(self, digest: str, number: int) -> bool:
        """Whether the file has an answer for this record, the ``number``-th, that no earlier record has taken."""
        value = int(digest, 16)
        first = bisect_left(self._records, value)
        count = bisect_right(self._records, value, lo=first) - first
        taken = 0 if count < 2 else self._taken.get(first, 0)
        if taken == count or self._numbers[self._ranks[first + taken]]:
            self._has_gap = True
            return False
        if count > 1:
            self._taken[first] = taken + 1
        rank = self._ranks[first + taken]
        self._numbers[rank] = number
        self.is_displaced = self.is_displaced or self._has_gap or rank < self._last_rank
        self._last_rank = rank
        self.taken += 1
        return True

    def number_of(self, rank: int) -> int:
        """The number of the record that has taken this line; 0 if none has, or it came when the file had been read."""
        return self._numbers[rank] if rank < self.total else 0
