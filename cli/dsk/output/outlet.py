"""A sink as one part of the output sees it: bytes go in, and what may be written there is known."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from dsk.output.escapes import Firewall
    from dsk.output.settings import Escapes
    from dsk.output.sink import Direct, Sink
    from dsk.output.sinks import Sinks
    from dsk.world import World


class Outlet:
    """Where a part writes to, and whether that is a terminal."""

    def __init__(self, sinks: Sinks, sink: Sink, *, is_terminal: bool, escapes: Escapes) -> None:
        self.is_terminal = is_terminal
        self._sinks = sinks
        self._sink = sink
        self._escapes = ("show" if is_terminal else "raw") if escapes == "auto" else escapes

    @property
    def descriptor(self) -> int:
        """The descriptor behind it."""
        return self._sink.descriptor

    def firewall(self) -> Firewall | None:
        """A new firewall for a text that is written here; None where it is written as it is."""
        return None if self._escapes == "raw" else self.screen_firewall()

    def screen_firewall(self) -> Firewall:
        """A new firewall for a text that is to be seen on a screen in any case, here or behind a pager."""
        from dsk.output.escapes import firewall

        return firewall("show" if self._escapes == "raw" else self._escapes)

    def put(self, data: bytes) -> None:
        """Have the bytes leave at the end of this arrival."""
        self._sinks.put(self._sink, data)

    def put_line(self, data: bytes) -> None:
        """``put`` a line of its own, also after text that has not ended its line."""
        self._sinks.put_line(self._sink, data)

    def direct(self) -> Direct | None:
        """What writes at once what ``put`` would have leave at the end of this arrival, as ``Sink.direct`` has it; None
        where that takes more. What it raises is for ``retry``."""
        return self._sinks.direct(self._sink) if self._escapes == "raw" else None

    def retry(self) -> None:
        """Go on where ``direct`` could not. Raises what becomes of the run if the answer cannot be written."""
        self._sinks.direct(self._sink)
        self._sinks.flush()
        if self._sinks.answer_fault:
            raise self._sinks.answer_fault
        self._sinks.direct(self._sink)

    def is_beside(self, other: Outlet, world: World) -> bool:
        """Whether what is written here stands beside what is written there."""
        return world.is_same_place(self.descriptor, other.descriptor)

    def is_same(self, other: Outlet) -> bool:
        """Whether both write to one descriptor."""
        return self._sink is other._sink
