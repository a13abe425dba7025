"""Whether a file can be the log, told without writing to it."""

from __future__ import annotations

import os
import sqlite3
import stat
from contextlib import closing

from dsk.state.log.schema import MIGRATIONS, foreign
from dsk.state.log.sharing import is_busy, reason


def log_trouble(path: str) -> str:
    """Why it cannot be; "" if it can, if there is none, or if others keep it locked now."""
    from urllib.parse import quote

    try:
        # Whatever else SQLite may open could keep it waiting.
        if not stat.S_ISREG(os.stat(path).st_mode):  # noqa: PTH116
            return "it is not a regular file"
        with closing(sqlite3.connect(f"file:{quote(os.fsencode(path))}?mode=ro", uri=True, timeout=0)) as log:
            return foreign(log, len(MIGRATIONS))
    except FileNotFoundError:
        return ""
    except (OSError, sqlite3.Error) as error:
        return "" if is_busy(error) else reason(error)
