"""An output that is a file which is still to be read: it would destroy what it is made of, or feed on itself."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING

from dsk.errors import UsageFault
from dsk.output.opening import as_number, descriptor_in
from dsk.world import STDOUT

if TYPE_CHECKING:
    from dsk.output.settings import OutputSettings


def check_apart(inputs: Iterable[tuple[str, int]], settings: OutputSettings) -> None:
    """Raise ``UsageFault`` if something would be written to a regular file that is an input, whichever names it has.

    ``inputs`` are names with their open descriptors. Nothing is opened, so that nothing is lost.
    """
    places = {place: name for name, descriptor in inputs if (place := _place(descriptor))}
    for value in (settings.output or "-", settings.reasoning_to, settings.events_to, settings.usage_to):
        place = _place(_target(value)) if value is not None else None
        if place in places:
            what = "stdin" if places[place] == "-" else places[place]
            raise UsageFault(
                f"cannot write to {what}", "input and output are the same file", hint="write to another file"
            )


def _target(value: str) -> int | str:
    """What an output option means: a descriptor or a path."""
    if value == "-":
        return STDOUT
    number = as_number(value)
    descriptor = descriptor_in(value) if number is None else number
    return value if descriptor is None else descriptor


def _place(target: int | str) -> tuple[int, int] | None:
    """The device and the inode of a regular file; None for anything else, and where nothing is."""
    try:
        status = os.fstat(target) if isinstance(target, int) else Path(target).stat()
    except (OSError, ValueError, OverflowError):
        return None
    return (status.st_dev, status.st_ino) if stat.S_ISREG(status.st_mode) else None
