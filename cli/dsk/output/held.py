"""The text of an answer that is held back until it is known to be what was asked for."""

from __future__ import annotations

from collections.abc import Sequence

from dsk.stream.events import Content, Event, Resume


class Held:
    """Keeps the pieces of an answer, in the order in which they came."""

    def __init__(self) -> None:
        #: What is held now.
        self.pieces: list[Event] = []

    def take(self, events: Sequence[Event]) -> list[Event]:
        """Hold what is text of the answer, and let go of it if that begins anew; gives the other events."""
        found: list[Event] = []
        for event in events:
            if isinstance(event, Content):
                self.pieces.append(event)
                continue
            if isinstance(event, Resume) and event.at == 0:
                self.pieces.clear()
            found.append(event)
        return found
