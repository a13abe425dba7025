"""The jobs of ``dsk session rename``, ``delete``, ``fork`` and ``undo``."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dsk.errors import Status
from dsk.jobs.sessions.finding import find_session
from dsk.output.notes import note
from dsk.output.plain import write_line
from dsk.state.log.reading import changing
from dsk.state.log.terminal import terminal_of
from dsk.state.paths import log_file
from dsk.state.sessions.changing import branch, delete, fork, rename, undo

if TYPE_CHECKING:
    from dsk.world import World


def rename_session(title: str | None, name: str, world: World) -> Status:
    """Give a session a name. Raises ``UsageFault`` if there is no such session, or the name is taken or none."""
    with changing(log_file(world.env)) as log:
        session = find_session(log, title, world)
        rename(log, session, name)
    note(f"session {session.title} is called {name} now", world)
    return Status.OK


def delete_session(title: str, world: World) -> Status:
    """Remove a session and its runs for good. Raises ``UsageFault`` if there is no such session, or it is in use."""
    path = log_file(world.env)
    with changing(path) as log:
        session = find_session(log, title, world)
        count = delete(log, path, session)
    runs = "one run" if count == 1 else f"{count} runs"
    note(f"removed session {session.title} and {runs} of the log", world)
    return Status.OK


def fork_session(title: str | None, name: str | None, at: int | None, world: World) -> Status:
    """Make a new session of the turns of another one, and print its number.

    Raises ``UsageFault`` if there is no such session or turn, or the name is taken or none.
    """
    with changing(log_file(world.env)) as log:
        session = find_session(log, title, world)
        made = fork(log, session, at=at, name=name, terminal=terminal_of(world.env))
    write_line(str(made.id), world)
    return Status.OK


def undo_session(title: str | None, to: int | None, world: World) -> Status:
    """Take the last turn of a session back, or go back or forth to the run ``to``; say what was done.

    Raises ``UsageFault`` if there is no such session or turn, or nothing to take back.
    """
    with changing(log_file(world.env)) as log:
        session = find_session(log, title, world)
        if to is None:
            run = undo(log, session).run
            said = f"run {run.id} is taken back: {run.title}"
        else:
            branch(log, session, to)
            said = f"run {to} is the last turn of session {session.title} now"
    note(said, world)
    return Status.OK
