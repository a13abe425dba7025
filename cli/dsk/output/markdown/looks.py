"""When a text is looked at that nobody sees growing: each time it has grown by a part of itself, so that all looks
together take a time in proportion to it."""

from __future__ import annotations

import re

from dsk.output.markdown.leaves import Leaf

# A fence, which is coloured line by line: in whatever it stands, it is looked at.
_FENCE = re.compile(r"[ \t>\-*+0-9.)]*(```|~~~)")
# Characters that are looked at with each line.
FEW = 1024


class Looks:
    """Says of each line that has ended whether it is worth a look."""

    def __init__(self) -> None:
        # The characters that there were at the last look, those that have come since, and what the last leaf was.
        self._seen = 0
        self._unseen = 0
        self._last: Leaf | None = None

    def came(self, characters: int) -> None:
        """So many more are there."""
        self._unseen += characters

    def looked(self, size: int) -> None:
        """All of them were looked at, which are so many now."""
        self._seen, self._unseen = size, 0

    def found(self, last: Leaf | None) -> None:
        """What the last leaf is."""
        self._last = last

    def may_wait(self, line: str) -> bool:
        """Whether so little has come since the last look that another is not worth its time."""
        return self._unseen < (self._seen - FEW) // 4 and not self._is_end(line)

    def _is_end(self, line: str) -> bool:
        """Whether all that is waited with ends here, or what must not wait begins."""
        last = self._last
        is_outermost = last is not None and not last.path and last.kind in ("text", "heading", "table")
        return (is_outermost and not line.strip()) or bool(_FENCE.match(line))
