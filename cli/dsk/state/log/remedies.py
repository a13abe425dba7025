"""What to do about a log that cannot be used."""

from __future__ import annotations

import sqlite3
from shlex import quote

from dsk.state.file_advice import to_read, to_write
from dsk.state.log.sharing import is_busy

_DAMAGED = "database disk image is malformed"
_FULL = "database or disk is full"


def remedy(path: str, error: Exception) -> str:
    """The next step, for an ``OSError``, SQLite's error or ``NotALog``."""
    if is_busy(error):
        return f"wait until that has ended; fuser {quote(path)} names it"
    if isinstance(error, OSError):
        return to_write(path, error)
    if isinstance(error, sqlite3.OperationalError):
        if str(error).startswith(_FULL):
            return f"free some room: df {quote(path)} shows how much there is"
        return to_read(path)
    if "newer" in str(error):
        return "use the dsk that made it, or a newer one: dsk --version"
    away = f"move it away, and the next run begins another: mv {quote(path)} {quote(f'{path}.old')}"
    return f"{away}; sqlite3 and .recover save what they can" if str(error).startswith(_DAMAGED) else away
