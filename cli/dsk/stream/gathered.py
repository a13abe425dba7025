"""A text as it is gathered, piece by piece: as UTF-8, and packed once it is long. Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

#: Bytes of text that are packed at once, which takes about a millisecond.
BLOCK = 1 << 15


class Gathered:
    """The pieces of a text.

    A StringIO would take four bytes for every character once there is an emoji, and a second copy for every look.
    """

    def __init__(self) -> None:
        self._latest = bytearray()
        self._packed: list[bytes] = []
        self._packed_size = 0

    def write(self, data: bytes) -> None:
        """Add a piece."""
        self._latest += data
        if len(self._latest) >= BLOCK:
            self._pack()

    def taker(self) -> Callable[[bytes], None]:
        """What adds a piece as ``write`` does, but packs nothing; that is left to the next ``write``."""
        return self._latest.extend

    @property
    def size(self) -> int:
        """The bytes so far."""
        return self._packed_size + len(self._latest)

    def text(self) -> str:
        """The text so far, a copy."""
        if not self._packed:
            return self._latest.decode()
        from zlib import decompress

        return b"".join([*map(decompress, self._packed), self._latest]).decode()

    def _pack(self) -> None:
        from zlib import Z_BEST_SPEED, compress

        self._packed_size += len(self._latest)
        self._packed.append(compress(self._latest, Z_BEST_SPEED))
        self._latest.clear()


class Forgotten:
    """In its place where nobody will ask for the text: it only knows how much there was."""

    def __init__(self) -> None:
        #: The bytes so far.
        self.size = 0

    def write(self, data: bytes) -> None:
        """Count a piece."""
        self.size += len(data)

    def taker(self) -> Callable[[bytes], None]:
        """``write``."""
        return self.write

    def text(self) -> str:
        """Nothing."""
        return ""
