"""What to do about a log that cannot be used."""

from __future__ import annotations

import sqlite3
from pathlib import Path
from shlex import quote

from dsk.state.file_advice import to_read, to_write
from dsk.state.log.sharing import is_busy, lacks_room

_DAMAGED = "database disk image is malformed"


def remedy(path: str, error: Exception) -> str:
    """The next step, for an ``OSError``, SQLite's error or ``NotALog``."""
    if is_busy(error):
        return f"wait until that has ended; fuser {quote(path)} names it"
    if isinstance(error, OSError):
        return to_write(path, error)
    if isinstance(error, sqlite3.OperationalError):
        if lacks_room(path, error):
            return _more_room(path)
        return to_read(path)
    if "newer" in str(error):
        return "use the dsk that made it, or a newer one: dsk --version"
    away = f"move it away, and the next run begins another: mv {quote(path)} {quote(f'{path}.old')}"
    return f"{away}; sqlite3 and .recover save what they can" if str(error).startswith(_DAMAGED) else away


def _more_room(path: str) -> str:
    """How much room has to be made: what waits in the write-ahead log must get into the log before that can shrink."""
    waiting = Path(f"{path}-wal")
    if waiting.exists() and waiting.stat().st_size:
        return f"free some room, as much as {quote(str(waiting))} has; then dsk log prune can free more"
    return f"free some room: df {quote(path)} shows how much there is"
