"""How a body is sent and what becomes of the answer, as the user asked for it."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    import re
    from collections.abc import Callable

    from dsk.output.settings import OutputSettings
    from dsk.wire.settings import NetworkSettings


class FromTemplate(NamedTuple):
    """The parameters whose values a template's [options] gave; ``place`` is the ``FILE:LINE`` of one."""

    names: frozenset[str] = frozenset()
    place: Callable[[str], str] = str


class Stops(NamedTuple):
    """Where the text is to end early, if it comes to that; ``first_block``: after its first block of code."""

    until: re.Pattern[str] | None = None
    max_lines: int | None = None
    first_block: bool = False


class Sending(NamedTuple):
    """The settings of a command that sends; ``log``: whether the run is logged."""

    command: str
    network: NetworkSettings
    output: OutputSettings
    stops: Stops
    record: str | None = None
    log: bool = True
