"""The full-text index: beside the log, in a file of its own that may be lost at any time.

Writers know nothing of it: a search brings it up to date, so that no answer waits for an index, and a Python
without FTS5 can write the same log. It keeps no text, only where the words are.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING

from dsk.errors import LocalFault, UsageFault
from dsk.state.log.opening import make_private
from dsk.state.log.prompts import prompt_of
from dsk.state.log.query import Query, spaced
from dsk.state.log.reader import body_of, each, find
from dsk.state.log.sharing import TRY, NotALog, transact

if TYPE_CHECKING:
    from sqlite3 import Connection

VERSION = 1
_WORDS = """CREATE VIRTUAL TABLE words USING fts5
    (prompt, content, content = '', tokenize = 'unicode61 remove_diacritics 2')"""


def index_file(path: str) -> str:
    """The index of the log at ``path``."""
    return f"{path.removesuffix('.db')}-index.db"


def matching(log: Connection, path: str, query: Query, is_over: Callable[[], bool]) -> Iterator[int]:
    """The numbers of the ended runs whose prompt or answer matches, the oldest first.

    Raises ``UsageFault`` for an expression that is none, ``LocalFault`` if it takes an index and there can be none.
    """
    match = query.match()
    if match and _has_fts5(match, query.text):
        found = _in_index(log, path, match, is_over)
        if found is not None:
            return iter(found)
    if query.is_expression:
        raise LocalFault("the search index cannot be used", hint="search for a phrase, which needs none")
    return _scan(log, query)


def _has_fts5(match: str, text: str) -> bool:
    """Whether there is FTS5; raises ``UsageFault`` if what the user wrote is not in its language."""
    with closing(sqlite3.connect(":memory:")) as trial:
        try:
            trial.execute(_WORDS)
        except sqlite3.OperationalError:
            return False
        try:
            trial.execute("SELECT rowid FROM words WHERE words MATCH ?", (match,)).fetchall()
        except sqlite3.OperationalError as error:
            why = str(error).removeprefix("fts5: ")
            raise UsageFault(f"{text!r} is not an FTS5 expression", why, hint="without --fts it is a phrase") from error
    return True


def _in_index(log: Connection, path: str, match: str, is_over: Callable[[], bool]) -> list[int] | None:
    """The matches; None if there can be no index."""
    if not log.execute("SELECT 1 FROM runs WHERE ended IS NOT NULL LIMIT 1").fetchone():
        return []
    name = index_file(path)
    for _ in range(2):
        try:
            make_private(name)
            with closing(sqlite3.connect(name, timeout=TRY, isolation_level=None)) as index:
                index.execute("PRAGMA synchronous = OFF")
                transact(index, lambda: _catch_up(index, log), is_over)
                rows = index.execute("SELECT rowid FROM words WHERE words MATCH ? ORDER BY rowid", (match,))
                return [number for (number,) in rows]
        except (OSError, sqlite3.OperationalError, NotALog):
            return None
        except sqlite3.DatabaseError:
            # It is damaged, or of another kind: it holds nothing that cannot be made anew.
            Path(name).unlink(missing_ok=True)
    return None


def _catch_up(index: Connection, log: Connection) -> None:
    """Put into the index what it lacks. If a run in it has changed or gone since, it is made anew."""
    if index.execute("PRAGMA user_version").fetchone()[0] != VERSION:
        if index.execute("SELECT count(*) FROM sqlite_master").fetchone()[0]:
            raise sqlite3.DatabaseError("another version")
        index.execute("CREATE TABLE indexed (run INTEGER PRIMARY KEY, ended REAL NOT NULL)")
        index.execute(_WORDS)
        index.execute(f"PRAGMA user_version = {VERSION}")
    known = dict(index.execute("SELECT run, ended FROM indexed"))
    there = dict(log.execute("SELECT id, ended FROM runs WHERE ended IS NOT NULL"))
    if not known.items() <= there.items():
        index.execute("INSERT INTO words (words) VALUES ('delete-all')")
        index.execute("DELETE FROM indexed")
        known = {}
    for number in sorted(there.keys() - known.keys()):
        run = find(log, number)
        if run and run.ended is not None:
            index.execute("INSERT INTO indexed VALUES (?, ?)", (number, run.ended))
            texts = (spaced(prompt_of(body_of(log, number))), spaced(run.content))
            index.execute("INSERT INTO words (rowid, prompt, content) VALUES (?, ?, ?)", (number, *texts))


def _scan(log: Connection, query: Query) -> Iterator[int]:
    """The matches without an index: every text is looked at."""
    pattern = query.pattern()
    for run in each(log):
        if run.ended is not None and (pattern.search(run.content) or pattern.search(prompt_of(body_of(log, run.id)))):
            yield run.id
