"""What the printer is made of: parts that each write one thing to one outlet."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from dsk.ending import Ending
    from dsk.stream.events import Event


class Part(Protocol):
    """One thing that is written while a stream arrives, or at its end."""

    def received(self, data: bytes, events: Sequence[Event]) -> None:
        """These bytes have arrived, and this is what they say."""

    def turn(self, ending: Ending) -> None:
        """This answer has ended, and another one of the same run follows."""

    def end(self, ending: Ending) -> None:
        """Nothing more arrives. Called once."""


class LastPart(Protocol):
    """A part that writes at the end only."""

    def end(self, ending: Ending) -> None:
        """Nothing more arrives. Called once."""
