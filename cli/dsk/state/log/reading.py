"""The log as the commands that read it open it."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from typing import TypeAlias

from dsk.errors import LocalFault
from dsk.state.log.opening import open_old_log
from dsk.state.log.reader import settle_killed
from dsk.state.log.schema import migrate
from dsk.state.log.sharing import NotALog, patience, reason

#: A log that is open.
Log: TypeAlias = sqlite3.Connection

#: Seconds that a command waits for a log that others keep locked.
PATIENCE = 30.0


@contextmanager
def reading(path: str) -> Iterator[Log]:
    """The log, in which no killed run passes for one under way; where there is none, one that is empty.

    Raises ``LocalFault`` if it cannot be used, also for what SQLite says within.
    """
    try:
        with closing(open_old_log(path, patience(PATIENCE)) or _nothing()) as connection:
            settle_killed(connection, patience(PATIENCE))
            yield connection
    except (OSError, sqlite3.Error, NotALog) as error:
        raise LocalFault(f"the log {path} cannot be used", reason(error)) from error


def _nothing() -> Log:
    connection = sqlite3.connect(":memory:", isolation_level=None)
    migrate(connection)
    return connection
