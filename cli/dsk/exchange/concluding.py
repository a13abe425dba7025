"""The end of a run: everyone is told, and what went wrong is raised."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Protocol

from dsk.errors import Failure, Status, UnwrittenFault

if TYPE_CHECKING:
    from dsk.ending import Ending
    from dsk.exchange.source import Listener

    class Log(Listener, Protocol):
        """What keeps the answer; ``warning`` says why it does not."""

        @property
        def warning(self) -> str | None:
            """One line without the program's name."""


def conclude(listeners: Sequence[Listener], ending: Ending, log: Log | None = None) -> Status:
    """Tell the listeners of the end and give the status; raises the ending's failure, or else theirs.

    The log is told last, with all that went wrong.
    """
    fault = ending.failure
    for listener in listeners:
        try:
            if listener is not log:
                listener.end(ending)
        except Failure as error:
            fault = fault or error
    if log:
        log.end(ending._replace(failure=fault))
        if isinstance(fault, UnwrittenFault) and not log.warning:
            fault.hint = f"{fault.hint}; dsk log show --answer has what came"
    if fault:
        raise fault
    return Status.OK
