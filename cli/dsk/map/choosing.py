"""Which of the records are asked: a share of them, a sample, the first few. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import islice
from random import Random
from typing import TYPE_CHECKING

from dsk.errors import UsageFault
from dsk.records import NamedTuple

if TYPE_CHECKING:
    from dsk.map.record import Record


class Choice(NamedTuple):
    """``shard`` (I, N): of every N records the I-th, from 1. ``sample``: so many by chance, the same ones for the same
    ``seed`` and input. ``limit``: the first so many of those."""

    shard: tuple[int, int] = (1, 1)
    sample: int | None = None
    seed: int = 0
    limit: int | None = None


def choose(records: Iterable[Record], choice: Choice) -> Iterator[Record]:
    """The records that are chosen, in their order."""
    at, count = choice.shard
    found: Iterator[Record] = (record for record in records if (record.number - 1) % count == at - 1)
    if choice.sample is not None:
        found = iter(_sampled(found, choice.sample, Random(choice.seed)))
    return islice(found, choice.limit)


def count_of(total: int, choice: Choice) -> int:
    """How many of so many records are chosen."""
    at, count = choice.shard
    total = len(range(at - 1, total, count))
    for most in (choice.sample, choice.limit):
        total = total if most is None else min(total, most)
    return total


def parse_shard(text: str) -> tuple[int, int]:
    """``I/N``. Raises ``UsageFault``."""
    at, _, count = text.partition("/")
    if at.isdecimal() and count.isdecimal() and 1 <= int(at) <= int(count):
        return int(at), int(count)
    raise UsageFault(f"--shard must be I/N, with I from 1 to N, not {text!r}", hint="as in --shard 1/4")


def _sampled(records: Iterable[Record], size: int, chance: Random) -> list[Record]:
    """Each is as likely as any other, however many there are: Vitter's algorithm R."""
    kept: list[Record] = []
    for seen, record in enumerate(records):
        if seen < size:
            kept.append(record)
        elif (place := chance.randrange(seen + 1)) < size:
            kept[place] = record
    return sorted(kept, key=lambda record: record.number)
