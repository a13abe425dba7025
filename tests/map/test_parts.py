"""The parts by themselves, where a whole process would show too little of them."""

from __future__ import annotations

import random
from itertools import pairwise
from pathlib import Path

import pytest

from dsk.map.choosing import Choice, count_of
from dsk.map.held import Held, parse_line
from dsk.map.journal import SLACK, Journal
from dsk.map.splitting import Piece, split


def pieces(data: bytes, *cuts: int, limit: int = 1 << 20) -> list[Piece]:
    bounds = [0, *cuts, len(data)]
    blocks = [data[one:other] for one, other in pairwise(bounds)]
    return list(split(blocks, b"\n", limit))


def test_lines_are_the_same_in_whatever_blocks_they_come() -> None:
    data = b"\xef\xbb\xbfone\n\ntwo\r\nthree"
    whole = pieces(data)
    assert [piece.data for piece in whole] == [b"one", b"", b"two\r", b"three"]
    assert [piece.number for piece in whole] == [1, 2, 3, 4]
    chance = random.Random(1)
    assert all(pieces(data, *sorted(chance.sample(range(1, len(data)), 3))) == whole for _ in range(200))
    assert pieces(data, *range(1, len(data))) == whole
    assert pieces(data + b"\n") == whole


def test_a_line_that_is_too_long_is_dropped_as_it_comes_and_the_next_one_is_not() -> None:
    data = b"a" * 30 + b"\nshort\n" + b"b" * 11
    for cuts in ((), (5, 12, 25), tuple(range(1, len(data)))):
        assert pieces(data, *cuts, limit=10) == [Piece(1, b"", True), Piece(2, b"short"), Piece(3, b"", True)]


def test_a_file_has_the_answer_of_a_record_as_often_as_it_has_a_line_of_it() -> None:
    digests = [f"{n:016x}" for n in (7, 1 << 63, 7, 3, 7)]
    held = Held(int(digest, 16) for digest in digests)
    assert [held.take(digests[0], number) for number in range(1, 6)] == [True, True, True, False, False]
    assert [held.take(digests[3], 6), held.take(digests[3], 7), held.take("0" * 16, 8)] == [True, False, False]
    assert held.take(digests[1], 9)
    assert (held.total, held.taken) == (5, 5)
    assert [held.number_of(rank) for rank in range(5)] == [1, 9, 2, 6, 3]


@pytest.mark.parametrize(
    ("records", "is_displaced"), [((1, 2, 3), False), ((1, 2, 3, 4), False), ((1, 4, 2), True), ((2, 1), True)]
)
def test_a_line_is_displaced_if_its_record_comes_after_one_that_stands_below_it(
    records: tuple[int, ...], is_displaced: bool
) -> None:
    held = Held((1, 2, 3))
    for number, record in enumerate(records, 1):
        held.take(f"{record:x}", number)
    assert held.is_displaced is is_displaced


def test_what_is_no_line_of_ours_is_none() -> None:
    ours = b'{"input":{"number":1,"record":"%x","template":"t"},"status":0}'
    assert parse_line(ours % 7) == (7, 1, "t", 0)
    assert parse_line(ours % (1 << 64)) is None
    for data in (b"", b"{", b"[]", b"null", b'{"id":1}', b'{"input":{"record":"x"},"status":0}', b"[" * 100_000):
        assert parse_line(data) is None


def test_a_journal_keeps_what_waits_and_is_gone_when_nothing_does(tmp_path: Path) -> None:
    path = tmp_path / "out.waiting"
    journal = Journal(str(path))
    assert not path.exists()
    line = b"x" * 99_999 + b"\n"
    for _ in range(2 * SLACK // len(line)):
        journal.add(line)
    journal.settle([line], len(line))
    assert path.read_bytes() == line
    journal.add(b"another\n")
    assert path.read_bytes() == line + b"another\n"
    journal.settle([], 0)
    assert path.read_bytes() == b""
    journal.close()
    assert list(tmp_path.iterdir()) == []


def test_as_many_are_counted_as_are_chosen() -> None:
    assert count_of(10, Choice()) == 10
    assert [count_of(10, Choice(shard=(n, 3))) for n in (1, 2, 3)] == [4, 3, 3]
    assert count_of(10, Choice(shard=(1, 3), sample=3)) == 3
    assert count_of(10, Choice(sample=20, limit=15)) == 10
