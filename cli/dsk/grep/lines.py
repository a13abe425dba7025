"""Files as lines, with every byte of each."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Literal, TypeAlias

from dsk.errors import Failure, UsageFault
from dsk.map.reading import SHORTER, TOO_LONG
from dsk.map.record import Record
from dsk.map.source import blocks
from dsk.map.splitting import BOM, Piece, split_exactly
from dsk.prompt.text import text_of
from dsk.records import NamedTuple

Unit: TypeAlias = Literal["line", "record", "paragraph"]


class Line(NamedTuple):
    """A line, a text that ends in NUL, or a paragraph. ``file`` is its file's place among those that were named;
    ``data`` is all of it, its end included, as it is written. With a ``fault`` it is none, but the place where no more
    of its file can be read."""

    file: int
    record: Record
    data: bytes
    fault: Failure | None = None

    @property
    def is_blank(self) -> bool:
        """Whether there is nothing in it to ask about."""
        return not self.record.trouble and not self.record.text.strip()


def read_lines(files: Sequence[str], unit: Unit, is_done: Callable[[int], bool]) -> Iterator[Line]:
    """The lines of all files as they come, ``-`` being stdin. ``is_done`` says that no more of a file is wanted.

    One that cannot be read, or not to its end, gives a fault there, and the others follow.
    """
    number = 0
    separator = b"\0" if unit == "record" else b"\n"
    for place, name in enumerate(files):
        pieces: Iterable[Piece] = split_exactly(blocks(name), separator)
        if unit == "paragraph":
            pieces = paragraphs(pieces)
        try:
            for piece in pieces:
                if is_done(place):
                    break
                number += 1
                yield Line(place, _record(number, name, piece), piece.data + separator)
        except Failure as fault:
            yield Line(place, Record(number, name, 0, ""), b"", fault)


def paragraphs(lines: Iterable[Piece]) -> Iterator[Piece]:
    """The lines between blank ones, joined."""
    held: list[Piece] = []
    for line in lines:
        if line.data.strip() or line.is_too_long:
            held.append(line)
        elif held:
            yield _joined(held)
            held = []
    if held:
        yield _joined(held)


def _joined(lines: Sequence[Piece]) -> Piece:
    data = b"\n".join(line.data for line in lines)
    return Piece(lines[0].number, data, any(line.is_too_long for line in lines))


def _record(number: int, name: str, piece: Piece) -> Record:
    if piece.is_too_long:
        return Record(number, name, piece.number, "", TOO_LONG, SHORTER)
    data = piece.data.removeprefix(BOM) if piece.number == 1 else piece.data
    try:
        return Record(number, name, piece.number, text_of(data.removesuffix(b"\r"), "it"))
    except UsageFault as fault:
        return Record(number, name, piece.number, "", fault.message, fault.hint)
