"""Changing sessions: undo, branch, fork, rename, delete. Each is one transaction."""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Callable
from typing import TYPE_CHECKING, TypeVar

from dsk.errors import UsageFault
from dsk.state.log.placing import take
from dsk.state.log.process import is_there, until_ended
from dsk.state.log.prompts import last_question
from dsk.state.log.pruning import erase
from dsk.state.log.reading import PATIENCE
from dsk.state.log.sharing import patience, transact
from dsk.state.sessions.names import LIST_HINT, check_name
from dsk.state.sessions.reader import by_number, line, tree

if TYPE_CHECKING:
    from sqlite3 import Connection

    from dsk.state.sessions.reader import Session, Turn

T = TypeVar("T")


def undo(log: Connection, session: Session) -> Turn:
    """Take back the last turn that has an answer, and what without one came after it; the turn, which stays in the
    tree. With the results of tools goes the turn that called them. Raises ``UsageFault`` if there is none."""

    def step() -> Turn:
        now = by_number(log, session.id)
        turns = list(line(log, now).turns) if now else []
        if not turns:
            hint = f"dsk session tree {session.title} shows those that were; dsk session undo --to RUN goes back to one"
            raise UsageFault(f"session {session.title} has no turn to take back", hint=hint)
        last = turns[last_question([turn.messages for turn in turns])]
        log.execute("UPDATE sessions SET head = ? WHERE id = ?", (last.parent, session.id))
        return last

    return _at_once(log, step)


def branch(log: Connection, session: Session, run: int) -> None:
    """Make a run of its tree the last turn of a session: the next turn follows it. Raises ``UsageFault`` if the run
    is not there."""
    _check_run(log, session, run)
    _at_once(log, lambda: log.execute("UPDATE sessions SET head = ? WHERE id = ?", (run, session.id)))


def fork(log: Connection, session: Session, *, at: int | None, name: str | None, terminal: str | None) -> Session:
    """A new session with the same turns up to the run ``at``, or the head; the last one of the terminal, if there is
    one. Raises ``UsageFault`` if the run is not there, or the name is taken or none."""
    if name is not None:
        check_name(name)
    if at is not None:
        _check_run(log, session, at)

    def make() -> Session | None:
        now = time.time()
        cursor = log.execute(
            "INSERT INTO sessions (name, begun, used, head)"
            " SELECT ?, ?, ?, coalesce(?, head) FROM sessions WHERE id = ?",
            (name, now, now, at, session.id),
        )
        if not cursor.rowcount or cursor.lastrowid is None:
            return None
        if terminal is not None:
            take(log, terminal, cursor.lastrowid)
        return by_number(log, cursor.lastrowid)

    made = _named(log, name, make)
    if not made:
        raise UsageFault(f"session {session.title} has just been deleted", hint=LIST_HINT)
    return made


def rename(log: Connection, session: Session, name: str) -> None:
    """Give a session a name. Raises ``UsageFault`` if it is taken or none."""
    check_name(name)
    _named(log, name, lambda: log.execute("UPDATE sessions SET name = ? WHERE id = ?", (name, session.id)))


def delete(log: Connection, path: str, session: Session) -> int:
    """Remove a session, and the runs that no other session goes back to, from the log for good; their number.

    Raises ``UsageFault`` if one of them is under way.
    """

    def remove() -> list[int]:
        runs = _only_of(log, session)
        for number, pid, born, begun in log.execute(
            "SELECT runs.id, pid, pid_born, begun FROM runs JOIN turns ON run = runs.id"
            " WHERE state <> 'ended' AND turns.session = ?",
            (session.id,),
        ):
            if is_there(pid, born, begun):
                why = f"run {number} is under way by process {pid}"
                raise UsageFault(f"session {session.title} is in use", why, hint=until_ended(pid))
        # What is left is part of the sessions that were forked from it.
        log.execute("DELETE FROM sessions WHERE id = ?", (session.id,))
        log.execute("DELETE FROM terminals WHERE session = ?", (session.id,))
        return runs

    return len(erase(log, path, remove, patience(PATIENCE)))


def _only_of(log: Connection, session: Session) -> list[int]:
    """The turns that are in no other session's line, nor on a branch of one. With them goes what an earlier
    session has left to this one."""
    rows = log.execute(
        """WITH RECURSIVE needed (run) AS (
            SELECT run FROM turns WHERE session IN (SELECT id FROM sessions WHERE id <> :id)
            UNION SELECT head FROM sessions WHERE id <> :id AND head IS NOT NULL
            UNION SELECT turns.parent FROM turns JOIN needed ON turns.run = needed.run WHERE parent IS NOT NULL)
        SELECT run FROM turns WHERE run NOT IN (SELECT run FROM needed) ORDER BY run""",
        {"id": session.id},
    )
    return [number for (number,) in rows]


def _check_run(log: Connection, session: Session, run: int) -> None:
    if all(turn.run.id != run for turn in tree(log, session)):
        raise UsageFault(
            f"run {run} is no turn of session {session.title}",
            hint=f"dsk session tree {session.title} shows those that there are",
        )


def _named(log: Connection, name: str | None, action: Callable[[], T]) -> T:
    try:
        return _at_once(log, action)
    except sqlite3.IntegrityError as error:
        raise UsageFault(f"there is a session {name} already", hint=f"take another name; {LIST_HINT}") from error


def _at_once(log: Connection, action: Callable[[], T]) -> T:
    return transact(log, action, patience(PATIENCE))
