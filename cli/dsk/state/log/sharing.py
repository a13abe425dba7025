"""A database that many processes share: trying again while another one has it locked, and what errors mean.

SQLite's own busy timeout does not cover everything: changing the journal mode, the recovery of a write-ahead log
and the last connection's closing say "locked" at once.

What ``sqlite3`` puts around ``_sqlite3`` are conversions of dates, which the log has none of: no run loads them.
"""

from __future__ import annotations

import os
import time
from _sqlite3 import OperationalError
from collections.abc import Callable
from typing import TYPE_CHECKING, TypeVar

if TYPE_CHECKING:
    from sqlite3 import Connection

T = TypeVar("T")

#: Seconds that SQLite itself waits in one try.
TRY = 1.0
#: Bytes without which SQLite cannot even open a log: it maps a file of as many.
LEAST_ROOM = 1 << 15
_FULL = "database or disk is full"
# What SQLite says where it cannot make, or not map, its files, for that reason among others.
_MAY_BE_FULL = ("disk I/O error", "unable to open database file")
_BUSY = ("database is locked", "database table is locked", "database schema is locked", "locking protocol")
_REASONS = {
    "file is not a database": "it is not a SQLite database",
    "database disk image is malformed": "it is damaged",
    _FULL: "the disk is full",
    "attempt to write a readonly database": "it may not be written",
    "unable to open database file": "it cannot be opened",
    "disk I/O error": "the disk fails",
}


class NotALog(Exception):
    """The file cannot be the log; the text says why."""


def is_busy(error: Exception) -> bool:
    """Whether another process had the database locked: the same will work later."""
    return isinstance(error, OperationalError) and str(error).startswith(_BUSY)


def lacks_room(path: str, error: Exception) -> bool:
    """Whether it failed because the disk that the log at ``path`` lies on is full."""
    text = str(error)
    if not isinstance(error, OperationalError) or not text.startswith((_FULL, *_MAY_BE_FULL)):
        return False
    return text.startswith(_FULL) or _room(path) < LEAST_ROOM


def _room(path: str) -> int:
    """How many bytes may still be written where the log is."""
    try:
        found = os.statvfs(os.path.dirname(path))  # noqa: PTH120 - every run loads this, and pathlib is slow to load
    except OSError:
        return LEAST_ROOM
    return found.f_bavail * found.f_frsize


def persist(action: Callable[[], T], is_over: Callable[[], bool]) -> T:
    """What the action gives, tried until the database is not locked any more, or ``is_over`` says that it was
    tried long enough; then SQLite's error is raised. All other errors are raised at once."""
    while True:
        try:
            return action()
        except OperationalError as error:
            if not is_busy(error) or is_over():
                raise
        # Not all at once: those who wait wake up at different times.
        time.sleep(0.001 + time.monotonic_ns() % 16 / 1000)


def transact(connection: Connection, action: Callable[[], T], is_over: Callable[[], bool]) -> T:
    """What the action gives, in one transaction that is committed whole or not at all, tried as in ``persist``."""

    def attempt() -> T:
        connection.execute("BEGIN IMMEDIATE")
        try:
            result = action()
            connection.execute("COMMIT")
        except BaseException:
            if connection.in_transaction:
                connection.execute("ROLLBACK")
            raise
        return result

    return persist(attempt, is_over)


def reason(error: Exception) -> str:
    """Why it failed, in plain words."""
    if is_busy(error):
        return "another process keeps it locked"
    if isinstance(error, FileExistsError | NotADirectoryError):
        return f"{error.filename} is not a folder"
    if isinstance(error, OSError):
        return error.strerror or str(error)
    return next((said for start, said in _REASONS.items() if str(error).startswith(start)), str(error))


def patience(seconds: float) -> Callable[[], bool]:
    """An ``is_over`` that is true from that many seconds on."""
    end = time.monotonic() + seconds
    return lambda: time.monotonic() >= end
