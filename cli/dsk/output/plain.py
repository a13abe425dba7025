"""One line that is all there is to be written: to stdout at once, and safe for a terminal."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from dsk.output.sinks import write_out_all
from dsk.world import STDOUT

if TYPE_CHECKING:
    from dsk.world import World


def write_line(text: str, world: World) -> None:
    """Write a line, or a path with whatever bytes it has. Raises ``ReaderGone`` or ``LocalFault``."""
    if world.is_terminal(STDOUT):
        from dsk.output.escapes import clean_line

        text = clean_line(text)
    write_out_all(STDOUT, os.fsencode(text) + b"\n")
