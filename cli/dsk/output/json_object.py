"""``--json``: one object, when all is known."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from dsk.output.json_text import json_line
from dsk.output.summary import summary

if TYPE_CHECKING:
    from dsk.ending import Ending
    from dsk.output.outlet import Outlet
    from dsk.stream.events import Event


class JsonObject:
    """Writes the object, also for a run that failed."""

    def __init__(self, outlet: Outlet) -> None:
        self._outlet = outlet

    def received(self, _data: bytes, _events: Sequence[Event]) -> None:
        """Nothing is written yet."""

    def turn(self, _ending: Ending) -> None:
        """Nothing is written yet."""

    def end(self, ending: Ending) -> None:
        """Write the object."""
        fields = summary(ending, texts=True, with_given=True)
        self._outlet.put(json_line(fields, is_terminal=self._outlet.is_terminal))
