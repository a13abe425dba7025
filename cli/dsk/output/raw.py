"""The SSE frames as they came, byte for byte; on a terminal through the escape firewall."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from dsk.ending import Ending
    from dsk.output.escapes import Firewall
    from dsk.output.outlet import Outlet
    from dsk.output.part import Part
    from dsk.stream.events import Event


def raw(outlet: Outlet) -> Part:
    """The part that writes the frames to the outlet."""
    firewall = outlet.firewall()
    return SafeRaw(outlet, firewall) if firewall else Raw(outlet)


class Raw:
    """Writes the bytes that arrive."""

    def __init__(self, outlet: Outlet) -> None:
        self._outlet = outlet

    def received(self, data: bytes, _events: Sequence[Event]) -> None:
        """Write them."""
        self._outlet.put(data)

    def turn(self, _ending: Ending) -> None:
        """Nothing is added."""

    def end(self, _ending: Ending) -> None:
        """Nothing is added."""


class SafeRaw:
    """Writes the bytes that arrive as safe text; what is not UTF-8 is treated as dangerous."""

    def __init__(self, outlet: Outlet, firewall: Firewall) -> None:
        from codecs import getincrementaldecoder

        self._outlet = outlet
        self._firewall = firewall
        self._decoder = getincrementaldecoder("utf-8")("surrogateescape")

    def received(self, data: bytes, _events: Sequence[Event]) -> None:
        """Write them."""
        self._outlet.put(self._firewall.feed(self._decoder.decode(data)).encode())

    def turn(self, _ending: Ending) -> None:
        """The next body goes on where this one ends."""

    def end(self, _ending: Ending) -> None:
        """Write what was held back."""
        rest = self._firewall.feed(self._decoder.decode(b"", final=True))
        self._outlet.put((rest + self._firewall.close()).encode())
