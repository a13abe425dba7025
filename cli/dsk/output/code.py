"""Of an answer's text, the code in it: what ``--extract`` leaves."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dsk.stream.code.extractor import Extractor
from dsk.stream.code.found import Code, Start

if TYPE_CHECKING:
    from collections.abc import Sequence

    from dsk.output.extraction import Which
    from dsk.stream.code.found import Found


class CodeOnly:
    """Takes the text in pieces and gives the code of its first block, or of all of them, one after another."""

    def __init__(self, which: Which, begun: str = "") -> None:
        """``begun`` goes before the first text."""
        self._only_first = which == "first"
        self.begin_anew()
        self._begun = begun

    def begin_anew(self) -> None:
        """Another text begins, which has a first block of its own."""
        self._extractor = Extractor()
        self._number = 0

    def feed(self, text: str) -> str:
        """The code that has come with this piece."""
        if self._begun and text:
            text, self._begun = self._begun + text, ""
        return self._code(self._extractor.feed(text))

    def close(self) -> str:
        """The code that was held back: the text has ended."""
        return self._code(self._extractor.close())

    def _code(self, found: Sequence[Found]) -> str:
        pieces = []
        for item in found:
            if isinstance(item, Start):
                self._number = item.number
            elif isinstance(item, Code) and not (self._only_first and self._number > 1):
                pieces.append(item.text)
        return "".join(pieces)
