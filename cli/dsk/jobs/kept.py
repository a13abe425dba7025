"""An answer that is kept for whoever asked for it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from dsk.ending import Ending
    from dsk.stream.events import Event


class Kept:
    """A listener that keeps how the run ended; None before it has."""

    def __init__(self) -> None:
        self.ending: Ending | None = None

    def received(self, _data: bytes, _events: Sequence[Event]) -> None:
        """Nothing: the end has all of it."""

    def end(self, ending: Ending) -> None:
        """Keep it."""
        self.ending = ending

    @property
    def text(self) -> str:
        """The answer."""
        return self.ending.answer.content if self.ending else ""
