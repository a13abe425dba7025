"""The tables of the log, and the way from each older version to this one.

A migration is never changed once it was released: a new one is added. The version is SQLite's user_version.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from dsk.state.log.sharing import NotALog

if TYPE_CHECKING:
    from sqlite3 import Connection

Migration = Sequence[str]

# Request bodies are apart, so that ending a run does not write its body anew, nor listing read it. Pieces hold
# what has come of a run that is not ended. Times are seconds, those of begun, ended and at since the epoch.
MIGRATIONS: tuple[Migration, ...] = (
    (
        """CREATE TABLE runs (
            id INTEGER PRIMARY KEY AUTOINCREMENT,
            begun REAL NOT NULL,
            ended REAL,
            state TEXT NOT NULL DEFAULT 'running' CHECK (state IN ('running', 'ended', 'killed')),
            status INTEGER,
            command TEXT NOT NULL,
            profile TEXT NOT NULL,
            base_url TEXT NOT NULL,
            model_asked TEXT NOT NULL,
            model TEXT,
            response_id TEXT,
            session TEXT,
            title TEXT NOT NULL,
            finish_reason TEXT,
            usage TEXT,
            http_status INTEGER,
            first_token REAL,
            total REAL,
            error TEXT,
            resumed TEXT,
            tool_calls TEXT,
            choices TEXT,
            version TEXT NOT NULL,
            pid INTEGER NOT NULL,
            pid_born INTEGER,
            content TEXT NOT NULL DEFAULT '',
            reasoning TEXT NOT NULL DEFAULT ''
        )""",
        "CREATE INDEX runs_begun ON runs (begun)",
        "CREATE INDEX runs_ended ON runs (ended)",
        "CREATE INDEX runs_open ON runs (id) WHERE state <> 'ended'",
        "CREATE TABLE requests (run INTEGER PRIMARY KEY, body TEXT NOT NULL)",
        """CREATE TABLE pieces (
            run INTEGER NOT NULL,
            seq INTEGER NOT NULL,
            at REAL NOT NULL,
            kind TEXT NOT NULL,
            choice INTEGER NOT NULL,
            text TEXT NOT NULL,
            PRIMARY KEY (run, seq)
        ) WITHOUT ROWID""",
    ),
    # A turn is a run with its place in a session: what was said in it, and the turn before it, which may be one of
    # the session that its own was forked from. The head is the last turn of a session, from which the line of turns
    # goes back. The column session of runs holds the number of the session.
    (
        """CREATE TABLE sessions (
            id INTEGER PRIMARY KEY AUTOINCREMENT,
            name TEXT UNIQUE,
            begun REAL NOT NULL,
            used REAL NOT NULL,
            head INTEGER
        )""",
        """CREATE TABLE turns (
            run INTEGER PRIMARY KEY,
            session INTEGER NOT NULL,
            parent INTEGER CHECK (parent < run),
            system TEXT,
            messages TEXT NOT NULL
        )""",
        "CREATE INDEX turns_session ON turns (session)",
        "CREATE INDEX turns_parent ON turns (parent)",
        "CREATE INDEX sessions_used ON sessions (used)",
        """CREATE TABLE terminals (
            terminal TEXT PRIMARY KEY,
            session INTEGER NOT NULL
        ) WITHOUT ROWID""",
    ),
    # A cached run asked no server: its answer was kept from an earlier one, whose tokens it tells.
    # By the index those are known without reading what lies before the column in each row, which are the texts.
    (
        "ALTER TABLE runs ADD COLUMN cached INTEGER NOT NULL DEFAULT 0",
        "CREATE INDEX runs_cached ON runs (id) WHERE cached <> 0",
    ),
)


def migrate(connection: Connection, migrations: Sequence[Migration] = MIGRATIONS) -> None:
    """Bring the database to the version that ``migrations`` lead to, whole or not at all.

    Raises ``NotALog`` for a newer one and for a database that is not a log, ``sqlite3.Error`` if it cannot be
    done now.
    """
    known = len(migrations)
    if _version(connection) == known:
        return
    connection.execute("BEGIN IMMEDIATE")
    try:
        # Another process may have been quicker.
        why = foreign(connection, known)
        if why:
            raise NotALog(why)
        for migration in migrations[_version(connection) :]:
            for statement in migration:
                connection.execute(statement)
        connection.execute(f"PRAGMA user_version = {known}")
        connection.execute("COMMIT")
    except BaseException:
        if connection.in_transaction:
            connection.execute("ROLLBACK")
        raise


def foreign(connection: Connection, known: int) -> str:
    """Why the database is no log of a version up to ``known``; "" if it is one, or still empty."""
    version = _version(connection)
    if version > known:
        return f"its version {version} is newer than {known}, the newest known"
    if version == 0 and connection.execute("SELECT count(*) FROM sqlite_master").fetchone()[0]:
        return "it is the database of another program"
    return ""


def _version(connection: Connection) -> int:
    return int(connection.execute("PRAGMA user_version").fetchone()[0])
