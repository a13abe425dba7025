"""The log as the commands that look into it open it."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import ExitStack, closing, contextmanager
from typing import TypeAlias

from dsk.errors import LocalFault
from dsk.state.log.opening import open_old_log
from dsk.state.log.reader import settle_killed
from dsk.state.log.schema import migrate
from dsk.state.log.sharing import NotALog, is_busy, lacks_room, patience, reason

#: A log that is open.
Log: TypeAlias = sqlite3.Connection

#: Seconds that a command waits for a log that others keep locked.
PATIENCE = 30.0


@contextmanager
def reading(path: str) -> Iterator[Log]:
    """The log, in which no killed run passes for one under way; where there is none, one that is empty. What is
    written to it may be lost: where it can only be read it is a copy.

    Raises ``LocalFault`` if it cannot be used, also for what SQLite says within.
    """
    with _translated(path), ExitStack() as stack:
        try:
            connection = stack.enter_context(_open(path))
        except sqlite3.OperationalError as error:
            from dsk.state.log.copying import copied, is_read_only

            if is_busy(error) or not is_read_only(path):
                raise
            connection = stack.enter_context(_open(stack.enter_context(copied(path))))
        yield connection


@contextmanager
def changing(path: str) -> Iterator[Log]:
    """The same for changing it. Where there is no log, what is put into it is lost."""
    with _translated(path), _open(path, changes=True) as connection:
        yield connection


@contextmanager
def _translated(path: str) -> Iterator[None]:
    try:
        yield
    except (OSError, sqlite3.Error, NotALog) as error:
        from dsk.state.log.remedies import remedy

        why = "the disk is full" if lacks_room(path, error) else reason(error)
        raise LocalFault(f"the log {path} cannot be used", why, hint=remedy(path, error)) from error


@contextmanager
def _open(path: str, *, changes: bool = False) -> Iterator[Log]:
    with closing(_opened(path, changes=changes) or _nothing()) as connection:
        settle_killed(connection, patience(PATIENCE))
        yield connection


def _opened(path: str, *, changes: bool) -> Log | None:
    try:
        return open_old_log(path, patience(PATIENCE))
    except sqlite3.OperationalError as error:
        if not lacks_room(path, error):
            raise
    from dsk.state.log.cramped import open_cramped

    return open_cramped(path, patience(PATIENCE), changes=changes)


def _nothing() -> Log:
    connection = sqlite3.connect(":memory:", isolation_level=None)
    migrate(connection)
    return connection
