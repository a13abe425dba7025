"""The log on a disk that is full: opened, read and made smaller without any room.

A write-ahead log needs two more files, and a transaction or VACUUM in it as much room as it changes. What is here keeps
all of that in memory, under a lock that nobody shares. Only a crash in the midst of a change can damage the log so.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from typing import TypeVar

from dsk.state.log.schema import migrate
from dsk.state.log.sharing import TRY, lacks_room, persist

T = TypeVar("T")


def open_cramped(path: str, is_over: Callable[[], bool], *, changes: bool) -> sqlite3.Connection:
    """A connection to the log, which is there; to be written to if it ``changes``. Raises ``sqlite3.Error``."""
    connection = sqlite3.connect(path, timeout=TRY, isolation_level=None)
    try:
        connection.execute("PRAGMA locking_mode = EXCLUSIVE")
        if changes:
            persist(lambda: make_do(connection), is_over)
        persist(lambda: migrate(connection), is_over)
    except BaseException:
        connection.close()
        raise
    return connection


def make_do(connection: sqlite3.Connection) -> None:
    """Have a connection need no room from here on. Raises ``sqlite3.Error``, if others have the log open for one."""
    for name, value in (
        ("locking_mode", "EXCLUSIVE"),
        ("journal_mode", "MEMORY"),
        ("temp_store", "MEMORY"),
        # VACUUM overwrites or cuts off what is deleted.
        ("secure_delete", "OFF"),
    ):
        connection.execute(f"PRAGMA {name} = {value}")


def in_any_room(connection: sqlite3.Connection, path: str, action: Callable[[], T], is_over: Callable[[], bool]) -> T:
    """What the action gives, which is tried once more without any room if there is too little; the log is left
    unshared then. Raises ``sqlite3.Error``."""
    try:
        return action()
    except sqlite3.OperationalError as error:
        if not lacks_room(path, error):
            raise
    persist(lambda: make_do(connection), is_over)
    return action()
