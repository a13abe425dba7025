"""Frames of which nobody says what was asked: an answer to a schema is known by the function that it comes by."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from dsk.stream.events import Content, Event, ToolCall

if TYPE_CHECKING:
    from dsk.errors import Failure
    from dsk.exchange.shaping import Shaping

# What the names of these functions begin with: no other name needs what reads schemas.
OURS = "dsk_"


class Recognising:
    """Shapes an answer whose first piece is the call of such a function; any other is passed on as it is.

    Stands in the place of ``Shaping``. Whether the answer fits its schema cannot be seen here, whether it is JSON can.
    """

    def __init__(self) -> None:
        self._is_open = True
        self._shaping: Shaping | None = None

    @property
    def fault(self) -> Failure | None:
        """As that of ``Shaping``."""
        return self._shaping.fault if self._shaping else None

    def said(self, content: str) -> str:
        """As that of ``Shaping``; nobody is asked again."""
        return content

    def take(self, events: Sequence[Event]) -> Sequence[Event]:
        """The events with the answer in its shape."""
        if self._shaping:
            return self._shaping.take(events)
        if self._is_open:
            for event in events:
                if isinstance(event, (Content, ToolCall)) and event.choice == 0:
                    self._is_open = False
                    self._shaping = _shaping(event)
                    return self._shaping.take(events) if self._shaping else events
        return events

    def waiting(self) -> str:
        """As that of ``Shaping``: nothing, since no calls are run."""
        return ""

    def end(self, content: str) -> Failure | None:
        """Why a whole answer is not the JSON that its function takes; None if it is, or it is no such answer."""
        return self._shaping.end(content) if self._shaping else None


def _shaping(event: Content | ToolCall) -> Shaping | None:
    """What shapes the answer that begins so, if it is one to a schema."""
    if not isinstance(event, ToolCall) or not (event.name or "").startswith(OURS):
        return None
    from dsk.request.schema.shape import SHAPES

    shape = SHAPES.get(event.name or "")
    if not shape:
        return None
    from dsk.exchange.judging import Judge
    from dsk.exchange.shaping import Shaping
    from dsk.request.schema.shape import Wanted

    return Shaping(Wanted({} if shape == "object" else {"properties": {shape: {}}}, shape), Judge({}), keeps_text=False)
