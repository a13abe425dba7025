"""Blank lines are found in any mix of line ends, and each byte is looked at once."""

from __future__ import annotations

from collections.abc import Iterable

import pytest

from dsk.stream.blocks import Blocks
from tests.stream.growth import assert_grows_linearly
from tests.stream.ways import in_all_ways, pieces


def blocks_of(data: Iterable[bytes]) -> list[bytes]:
    blocks = Blocks()
    found = b"".join(blocks.feed(piece) for piece in data)
    return [found, blocks.close()]


ENDS = (b"\n", b"\r", b"\r\n")
#: A CR before an LF would be one line end.
PAIRS = [(a, b) for a in ENDS for b in ENDS if (a, b) != (b"\r", b"\n")]


@pytest.mark.parametrize(("line_end", "blank_line"), PAIRS)
def test_any_mix_of_line_ends_ends_lines_and_blocks(line_end: bytes, blank_line: bytes) -> None:
    data = b"a" + line_end + b"b" + line_end + blank_line + b"c" + line_end
    assert in_all_ways(data, blocks_of) == [b"a\nb\n\n", b"c\n"]


def test_a_block_leaves_as_soon_as_its_last_byte_is_there() -> None:
    blocks = Blocks()
    assert blocks.feed(b"data: x\r\n\r") == b"data: x\n\n"
    assert blocks.feed(b"\ndata: y\n") == b""
    assert blocks.feed(b"\n") == b"data: y\n\n"
    assert blocks.size == 0


def test_a_line_end_cut_between_cr_and_lf_is_one_line_end() -> None:
    blocks = Blocks()
    assert [blocks.feed(piece) for piece in (b"a\r", b"\n", b"b\r", b"", b"\nc")] == [b""] * 5
    assert blocks.close() == b"a\nb\nc"


def test_all_complete_blocks_of_one_read_leave_together() -> None:
    blocks = Blocks()
    assert blocks.feed(b"a\n\nb\n\nc\n\nd") == b"a\n\nb\n\nc\n\n"
    assert blocks.size == 1


def test_one_long_line_in_small_pieces_takes_linear_time() -> None:
    def read(size: int) -> None:
        assert len(blocks_of(pieces(b"x" * size + b"\n\n", 100))[0]) == size + 2

    assert_grows_linearly(read, 1_000_000)
