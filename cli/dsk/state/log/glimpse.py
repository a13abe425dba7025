"""A look into the log while somebody types: it makes no file and waits for nobody, and of a log that cannot be read
now it sees nothing."""

from __future__ import annotations

import os
import sqlite3
from contextlib import closing
from typing import Any

from dsk.records import NamedTuple

#: Nobody reads through more.
MOST_RUNS = 50
_UNFINISHED = "(status IS NULL OR status <> 0) AND coalesce(finish_reason, '') NOT IN ('stop', 'tool_calls')"


class KnownRun(NamedTuple):
    """A run by its number, and the first words of its prompt."""

    id: int
    title: str


def glimpse(path: str, query: str) -> list[tuple[Any, ...]]:
    """What the log at ``path`` answers at once."""
    from urllib.parse import quote

    try:
        with closing(sqlite3.connect(f"file:{quote(os.fsencode(path))}?mode=ro", uri=True, timeout=0)) as log:
            return log.execute(query).fetchall()
    except sqlite3.Error:
        return []


def last_runs(path: str) -> list[KnownRun]:
    """The last runs, the newest first."""
    return _runs(path, "TRUE")


def last_unfinished(path: str) -> list[KnownRun]:
    """The last runs whose answer is not whole, the newest first; those under way are among them."""
    return _runs(path, _UNFINISHED)


def last_turns(path: str) -> list[KnownRun]:
    """The last runs that belong to a session, the newest first."""
    return _runs(path, "session IS NOT NULL")


def last_sessions(path: str) -> list[tuple[str, str]]:
    """The sessions with a name and the last ones without, whose number stands for it, the last used first of each;
    with the first words of the first prompt of each."""
    query = f"""SELECT coalesce(name, id), coalesce(
            (SELECT title FROM turns JOIN runs ON runs.id = run WHERE turns.session = sessions.id ORDER BY run LIMIT 1),
            '')
        FROM sessions WHERE name IS NOT NULL
            OR id IN (SELECT id FROM sessions WHERE name IS NULL ORDER BY used DESC LIMIT {MOST_RUNS})
        ORDER BY name IS NULL, used DESC"""
    return [(str(called), title) for called, title in glimpse(path, query)]


def _runs(path: str, condition: str) -> list[KnownRun]:
    query = f"SELECT id, title FROM runs WHERE {condition} ORDER BY id DESC LIMIT {MOST_RUNS}"
    return [KnownRun(*row) for row in glimpse(path, query)]
