"""Which models were asked before, for completion."""

from __future__ import annotations

import os
import sqlite3
from contextlib import closing
from urllib.parse import quote

#: The runs that are looked at: the last so many.
RECENT = 1000


def models_asked(path: str) -> list[str]:
    """The models of recent runs in the log at ``path``, the last asked first; none of a log that cannot be read now.

    It is only read: no file is made, and nobody is waited for.
    """
    query = (
        "SELECT model_asked FROM (SELECT id, model_asked FROM runs ORDER BY id DESC LIMIT ?)"
        " WHERE model_asked <> '' GROUP BY model_asked ORDER BY max(id) DESC"
    )
    try:
        with closing(sqlite3.connect(f"file:{quote(os.fsencode(path))}?mode=ro", uri=True, timeout=0)) as log:
            return [name for (name,) in log.execute(query, (RECENT,))]
    except sqlite3.Error:
        return []
