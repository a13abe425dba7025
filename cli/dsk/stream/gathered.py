"""A text as it is gathered, piece by piece: as UTF-8, which a million tokens grow by their own size. Pure."""

from __future__ import annotations

from io import BytesIO


class Gathered(BytesIO):
    """The pieces of a text; ``write`` adds one, ``tell`` gives the bytes so far.

    A StringIO would take four bytes for every character once there is an emoji, and a second copy for every look.
    """

    def text(self) -> str:
        """The text so far, a copy."""
        return str(self.getbuffer(), "utf-8")


class Forgotten:
    """In its place where nobody will ask for the text: it only knows how much there was."""

    def __init__(self) -> None:
        self._size = 0

    def write(self, data: bytes) -> int:
        """Count a piece."""
        self._size += len(data)
        return len(data)

    def tell(self) -> int:
        """The bytes so far."""
        return self._size

    def text(self) -> str:
        """Nothing."""
        return ""
