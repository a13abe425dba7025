"""Bytes as lines, or as pieces between NULs, numbered. Pure; a line without end takes no memory without end."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from dsk.records import NamedTuple

#: Bytes: more than any model reads.
LIMIT = 64 << 20
BOM = b"\xef\xbb\xbf"


class Piece(NamedTuple):
    """A line without its end; ``number`` counts from 1. One that is too long is empty."""

    number: int
    data: bytes
    is_too_long: bool = False


def split(blocks: Iterable[bytes], separator: bytes, limit: int = LIMIT) -> Iterator[Piece]:
    """``split_exactly`` without a byte order mark at the beginning."""
    for piece in split_exactly(blocks, separator, limit):
        yield piece._replace(data=piece.data.removeprefix(BOM)) if piece.number == 1 else piece


def split_exactly(blocks: Iterable[bytes], separator: bytes, limit: int = LIMIT) -> Iterator[Piece]:
    """The pieces between separators of one byte; what comes after the last one is a piece if it is not empty."""
    number, size, is_too_long = 0, 0, False
    pending: list[bytes] = []
    for block in blocks:
        *whole, rest = block.split(separator)
        for data in whole:
            number += 1
            if pending:
                pending.append(data)
                data = b"".join(pending)
                pending.clear()
            is_too_long = is_too_long or len(data) > limit
            yield Piece(number, b"" if is_too_long else data, is_too_long)
            size, is_too_long = 0, False
        if rest:
            size += len(rest)
            is_too_long = is_too_long or size > limit
            if is_too_long:
                pending.clear()
            else:
                pending.append(rest)
    if pending or is_too_long:
        yield Piece(number + 1, b"".join(pending), is_too_long)
