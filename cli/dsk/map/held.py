"""What an output file holds already: for which records, asked by which template, and with which status."""

from __future__ import annotations

import json
from array import array
from bisect import bisect_left, bisect_right
from collections.abc import Iterable
from typing import NamedTuple


class Line(NamedTuple):
    """What a line of output says of itself."""

    record: int
    template: str
    status: int


def parse_line(data: bytes) -> Line | None:
    """None if it is no line of ours, or not a whole one."""
    try:
        fields = json.loads(data)
        own = fields.get("dsk", fields)
        reference = own["input"]
        return Line(int(reference["record"], 16), str(reference["template"]), int(own["status"]))
    except (ValueError, TypeError, KeyError, AttributeError, RecursionError):
        return None


class Held:
    """The records that a file has the answers of, eight bytes each: as often as it has them."""

    def __init__(self, records: Iterable[int] = (), failed: int = 0) -> None:
        self._records = array("Q", sorted(records))
        # How many of equal ones have been taken, at the place of the first of them.
        self._taken: dict[int, int] = {}
        self._one_taken = bytearray(len(self._records))
        #: How many lines there are, and how many of them are failures.
        self.total = len(self._records)
        self.failed = failed
        #: How many have been taken.
        self.taken = 0

    def take(self, digest: str) -> bool:
        """Whether the file has an answer for this record that no earlier record has taken."""
        value = int(digest, 16)
        first = bisect_left(self._records, value)
        count = bisect_right(self._records, value, lo=first) - first
        if not count:
            return False
        if count == 1:
            is_free = not self._one_taken[first]
            self._one_taken[first] = 1
        else:
            taken = self._taken.get(first, 0)
            is_free = taken < count
            self._taken[first] = taken + is_free
        self.taken += is_free
        return is_free
