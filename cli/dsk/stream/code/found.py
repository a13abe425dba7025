"""What is found in a text: the blocks of fenced code, as they come."""

from __future__ import annotations

from typing import TypeAlias

from dsk.records import NamedTuple


class Start(NamedTuple):
    """A block begins. ``number`` counts from 1; ``info`` stands behind the fence, ``before`` in the last line above it
    that is not blank, back to the block before."""

    number: int
    info: str
    before: str


class Code(NamedTuple):
    """A piece of the block's code; never empty."""

    text: str


class End(NamedTuple):
    """The block has ended; ``at`` counts the characters of the text up to there, the closing fence included."""

    at: int


Found: TypeAlias = Start | Code | End
