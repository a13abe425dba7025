"""A sink as one part of the output sees it: bytes go in, and what may be written there is known."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

    from dsk.output.escapes import Firewall
    from dsk.output.settings import Escapes
    from dsk.output.sink import Sink
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

    def passer(self) -> Callable[[bytes], None] | None:
        """What writes at once, as it is, what would be put and leave at the end of this arrival; None where that takes
        more than to write it. Raises what has become of the answer if it cannot be written."""
        sinks, sink = self._sinks, self._sink
        if self._escapes != "raw" or not sinks.is_plain(sink):
            return None
        write = sink.pass_on

        def pass_on(data: bytes) -> None:
            try:
                write(data)
            except OSError as error:
                sinks.fail(sink, error)
                if sinks.answer_fault:
                    raise sinks.answer_fault from error

        return pass_on

    def is_beside(self, other: Outlet, world: World) -> bool:
        """Whether what is written here stands beside what is written there."""
        return world.is_same_place(self.descriptor, other.descriptor)

    def is_same(self, other: Outlet) -> bool:
        """Whether both write to one descriptor."""
        return self._sink is other._sink
