"""Which models were asked before, for completion."""

from __future__ import annotations

import os
import sqlite3
from contextlib import closing
from urllib.parse import quote

#: The runs that are looked at: the last so many.
RECENT = 1000


def models_asked(path: str, base_url: str) -> list[str]:
    """The models that this server was asked for in recent runs, the last first; none of a log that cannot be read now.

    It is only read: no file is made, and nobody is waited for.
    """
    query = (
        "SELECT model_asked FROM (SELECT id, model_asked, base_url FROM runs ORDER BY id DESC LIMIT ?)"
        " WHERE model_asked <> '' AND base_url = ? GROUP BY model_asked ORDER BY max(id) DESC"
    )
    try:
        with closing(sqlite3.connect(f"file:{quote(os.fsencode(path))}?mode=ro", uri=True, timeout=0)) as log:
            return [name for (name,) in log.execute(query, (RECENT, base_url))]
    except sqlite3.Error:
        return []
