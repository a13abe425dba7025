"""Which run a command means."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dsk.errors import UsageFault
from dsk.state.log.reader import find

if TYPE_CHECKING:
    from dsk.state.log.reader import Run
    from dsk.state.log.reading import Log


def find_run(log: Log, number: int) -> Run:
    """The run of this number, or counted from the last one, which is -1. Raises ``UsageFault`` if there is none."""
    run = find(log, number)
    if run:
        return run
    if number == -1:
        raise UsageFault("there is no run in the log yet", hint="dsk ask makes one, but for one with --no-log")
    raise UsageFault(f"there is no run {number} in the log", hint="dsk log list shows those that there are")
