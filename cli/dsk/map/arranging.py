"""A file that several runs have written, in the order of the input."""

from __future__ import annotations

from array import array
from collections.abc import Iterator
from heapq import merge
from operator import itemgetter
from typing import BinaryIO

from dsk.map.held import Held, parse_line


def arranged(place: str, start: int, end: int, held: Held) -> Iterator[bytes]:
    """The lines of the file at ``place`` up to the byte ``end``: those before the byte ``start``, which ``held`` knows,
    and those that a run has added in their order. A line that is no record's stays behind the one that it stands
    behind. Raises ``OSError``."""
    with open(place, "rb") as file, open(place, "rb") as added:
        numbers, offsets = array("Q"), array("Q")
        at = number = rank = 0
        while at < start:
            line = file.readline()
            if not line:
                break
            if parse_line(line):
                number = held.number_of(rank) or number
                rank += 1
            numbers.append(number)
            offsets.append(at)
            at += len(line)
        added.seek(start)

        def earlier() -> Iterator[tuple[int, bytes]]:
            for which in sorted(range(len(numbers)), key=numbers.__getitem__):
                file.seek(offsets[which])
                yield numbers[which], file.readline()

        later = ((found.number if (found := parse_line(line)) else 0, line) for line in _until(added, end - start))
        yield from map(itemgetter(1), merge(earlier(), later, key=itemgetter(0)))


def _until(file: BinaryIO, size: int) -> Iterator[bytes]:
    """The lines of the next ``size`` bytes."""
    while size > 0 and (line := file.readline()):
        size -= len(line)
        yield line
