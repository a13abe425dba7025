"""Which session a command means."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dsk.errors import UsageFault
from dsk.jobs.talk import session_of_terminal
from dsk.state.sessions.names import LIST_HINT, is_number
from dsk.state.sessions.reader import by_name, by_number

if TYPE_CHECKING:
    from dsk.state.log.reading import Log
    from dsk.state.sessions.reader import Session
    from dsk.world import World


def find_session(log: Log, title: str | None, world: World) -> Session:
    """The session of this name or number; with None the last one of this terminal. Raises ``UsageFault`` if there is
    none."""
    if title is None:
        found = session_of_terminal(log, world, LIST_HINT)
        if not found:
            raise UsageFault("this terminal has no session yet", hint=LIST_HINT)
        return found
    found = by_number(log, int(title)) if is_number(title) else by_name(log, title)
    if not found:
        raise UsageFault(f"there is no session {title}", hint=LIST_HINT)
    return found
