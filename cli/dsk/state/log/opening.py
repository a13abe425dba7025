"""Opening the log: folder and file for their owner alone, write-ahead logging, the newest schema.

SQLite's locks are lost when the process closes any descriptor of the file. So the file is never opened here but
by SQLite, except for making it, which is done once. Every run comes through here: pathlib would take its time to load.
"""

from __future__ import annotations

import _sqlite3
import os
import stat
import threading
from contextlib import suppress
from typing import TYPE_CHECKING

from dsk.state.log.sharing import TRY, NotALog, persist

if TYPE_CHECKING:
    from collections.abc import Callable
    from sqlite3 import Connection

MODE = 0o600
FOLDER_MODE = 0o700
#: The version of the schema: as many migrations lead to it.
VERSION = 3
#: Each of so many runs moves the write-ahead log into the database: whoever opens a log alone reads all of that.
RUNS = 8
#: Bytes of it above which any run does.
WAL_LIMIT = 4 << 20

_MAKING = threading.Lock()


def open_log(path: str, is_over: Callable[[], bool]) -> Connection:
    """A connection in autocommit mode to the log, which is made if it is not there.

    While others have it locked it is tried again until ``is_over``. Raises ``NotALog`` for a file that is no
    log of ours, ``OSError`` and ``sqlite3.Error``.
    """
    make_private(path)
    return _connect(path, is_over)


def open_old_log(path: str, is_over: Callable[[], bool]) -> Connection | None:
    """The same, but None if there is no log."""
    if not os.path.lexists(path):
        return None
    _restrict(path)
    return _connect(path, is_over)


def move_wal(connection: Connection, path: str, run: int) -> None:
    """Move what has piled up in the write-ahead log into the database, if it is this run's turn or much, and nothing
    hinders it."""
    with suppress(OSError, _sqlite3.Error):
        if run % RUNS == 0 or os.stat(f"{path}-wal").st_size > WAL_LIMIT:
            # It is written anew from its beginning then, and stays no longer than that.
            connection.execute(f"PRAGMA journal_size_limit = {WAL_LIMIT}")
            connection.execute("PRAGMA wal_checkpoint(PASSIVE)")


def make_private(path: str) -> None:
    """Make the file, empty, and its folder, if they are not there; close both to others.

    Raises ``OSError``, or ``NotALog`` if something else is in its place.
    """
    _make_folder(os.path.dirname(path))
    with _MAKING:
        # An empty file is an empty database. Made here, it never has another mode than this.
        if not os.path.exists(path):
            # If it exists after all, another process was quicker.
            with suppress(FileExistsError):
                os.close(os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY | os.O_CLOEXEC, MODE))
    _restrict(path)


def _make_folder(path: str) -> None:
    if not path or os.path.isdir(path):
        return
    _make_folder(os.path.dirname(path))
    try:
        os.mkdir(path, FOLDER_MODE)
    except FileExistsError:
        if not os.path.isdir(path):
            raise


def _connect(path: str, is_over: Callable[[], bool]) -> Connection:
    connection: Connection = _sqlite3.connect(path, timeout=TRY, isolation_level=None)
    try:
        persist(lambda: _set_up(connection), is_over)
    except BaseException:
        connection.close()
        raise
    return connection


def _set_up(connection: Connection) -> None:
    # Where there can be no write-ahead log, SQLite stays with the mode that it has.
    if connection.execute("PRAGMA journal_mode").fetchone()[0] != "wal":
        connection.execute("PRAGMA journal_mode = WAL")
    # A crash of the machine may cost the last transactions, not the database: the answers' pace is worth it.
    connection.execute("PRAGMA synchronous = NORMAL")
    # Not in the midst of a commit that somebody waits for: see move_wal.
    connection.execute("PRAGMA wal_autocheckpoint = 0")
    if connection.execute("PRAGMA user_version").fetchone()[0] != VERSION:
        from dsk.state.log.schema import migrate

        migrate(connection)


def _restrict(path: str) -> None:
    """Close folder and files to others; what is not the user's own is left as it is.

    Raises ``NotALog`` if the log is not a regular file.
    """
    if not stat.S_ISREG(os.stat(path).st_mode):
        raise NotALog("it is not a regular file")
    _narrow(os.path.dirname(path) or os.curdir, FOLDER_MODE)
    for name in (path, f"{path}-wal", f"{path}-shm"):
        _narrow(name, MODE)


def _narrow(path: str, mode: int) -> None:
    try:
        status = os.stat(path)
        if stat.S_IMODE(status.st_mode) & ~mode and status.st_uid == os.geteuid():
            os.chmod(path, mode)
    except (FileNotFoundError, PermissionError):
        return
    except OSError as error:
        import errno

        if error.errno != errno.EROFS:
            raise
