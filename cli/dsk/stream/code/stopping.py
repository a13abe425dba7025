"""An answer that is to stop after its first block of code."""

from __future__ import annotations

import re

from dsk.stream.code.extractor import Extractor
from dsk.stream.code.found import End
from dsk.stream.stopping import Stopper


class FirstBlock(Stopper):
    """Gives the text up to the end of the first block's closing fence, or to where it would stop without that."""

    def __init__(self, until: re.Pattern[str] | None, max_lines: int | None, begun: str = "") -> None:
        """``begun`` goes before the text."""
        super().__init__(until, max_lines)
        self._extractor = Extractor()
        self._extractor.feed(begun)
        self._size = len(begun)

    def feed(self, text: str) -> str:
        """What may be printed now that this piece has come; nothing once it has stopped."""
        return self._shortened(super().feed(text))

    def close(self) -> str:
        """What was held back: the text has ended."""
        return self._shortened(super().close())

    def _shortened(self, text: str) -> str:
        end = next((found.at for found in self._extractor.feed(text) if isinstance(found, End)), None)
        if end is not None:
            self.stopped = True
            # A block that ends because what it stands in does is over before the line that shows it.
            text = text[: max(end - self._size, 0)]
        self._size += len(text)
        return text
