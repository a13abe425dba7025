"""Texts as they are gathered."""

from __future__ import annotations

import pytest

from dsk.stream.gathered import BLOCK, Forgotten, Gathered

PIECE = "naïve 😀 "


def gather(pieces: int) -> Gathered:
    gathered = Gathered()
    for _ in range(pieces):
        # Cut in the midst of a character, as blocks may be.
        data = PIECE.encode()
        gathered.write(data[:9])
        gathered.write(data[9:])
    return gathered


@pytest.mark.parametrize("pieces", [0, 1, BLOCK // 10, BLOCK])
def test_the_text_is_what_was_added_and_can_be_looked_at_while_it_grows(pieces: int) -> None:
    gathered = gather(pieces)
    assert gathered.text() == PIECE * pieces
    assert gathered.size == len(PIECE.encode()) * pieces
    gathered.write(b"end")
    assert gathered.text() == PIECE * pieces + "end"


def test_what_is_forgotten_is_still_counted() -> None:
    forgotten = Forgotten()
    forgotten.write(b"abc")
    assert (forgotten.size, forgotten.text()) == (3, "")
