"""The schema: a log of any version is brought to the newest, by one process, whole or not at all."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from dsk.state.log.opening import VERSION
from dsk.state.log.reader import each, find
from dsk.state.log.reading import reading
from dsk.state.log.schema import MIGRATIONS, migrate
from dsk.state.sessions.reader import summaries
from tests.state.log.writing import logged, rows

# A log as version 1 of the schema has it. Later versions must go on reading it: it is never changed.
VERSION_1 = """
CREATE TABLE runs (
    id INTEGER PRIMARY KEY AUTOINCREMENT, begun REAL NOT NULL, ended REAL,
    state TEXT NOT NULL DEFAULT 'running' CHECK (state IN ('running', 'ended', 'killed')),
    status INTEGER, command TEXT NOT NULL, profile TEXT NOT NULL, base_url TEXT NOT NULL,
    model_asked TEXT NOT NULL, model TEXT, response_id TEXT, session TEXT, title TEXT NOT NULL, finish_reason TEXT,
    usage TEXT, http_status INTEGER, first_token REAL, total REAL, error TEXT, resumed TEXT, tool_calls TEXT,
    choices TEXT, version TEXT NOT NULL, pid INTEGER NOT NULL, pid_born INTEGER,
    content TEXT NOT NULL DEFAULT '', reasoning TEXT NOT NULL DEFAULT '');
CREATE INDEX runs_begun ON runs (begun);
CREATE INDEX runs_ended ON runs (ended);
CREATE INDEX runs_open ON runs (id) WHERE state <> 'ended';
CREATE TABLE requests (run INTEGER PRIMARY KEY, body TEXT NOT NULL);
CREATE TABLE pieces (run INTEGER NOT NULL, seq INTEGER NOT NULL, at REAL NOT NULL, kind TEXT NOT NULL,
    choice INTEGER NOT NULL, text TEXT NOT NULL, PRIMARY KEY (run, seq)) WITHOUT ROWID;
INSERT INTO runs (id, begun, ended, state, status, command, profile, base_url, model_asked, title, version, pid,
    content) VALUES (7, 1.5, 2.5, 'ended', 0, 'ask', 'deepseek', 'https://api.deepseek.com', 'deepseek-flash', 'hi',
    '0.1.0', 1, 'Hello.');
INSERT INTO requests VALUES (7, '{}');
PRAGMA user_version = 1;
"""


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "log.db"


@pytest.fixture
def database(path: Path) -> Iterator[sqlite3.Connection]:
    with closing(sqlite3.connect(path, isolation_level=None)) as connection:
        yield connection


def tables(connection: sqlite3.Connection) -> dict[str, list[tuple[object, ...]]]:
    names = [name for (name,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
    return {name: connection.execute(f"PRAGMA table_info({name})").fetchall() for name in names}


def test_what_opens_a_log_knows_the_newest_version() -> None:
    assert len(MIGRATIONS) == VERSION


def test_a_log_of_version_1_is_read_and_written_on(path: Path, database: sqlite3.Connection) -> None:
    database.executescript(VERSION_1)
    logged(path, answer="Later.")
    with reading(str(path)) as log:
        assert [(run.id, run.content) for run in each(log)] == [(7, "Hello."), (8, "Later.")]


def test_a_log_that_the_first_release_wrote_keeps_its_runs(path: Path, database: sqlite3.Connection) -> None:
    database.executescript((Path(__file__).parent / "version_1.sql").read_text())
    with reading(str(path)) as log:
        runs = list(each(log))
        assert [(run.id, run.state, run.status, run.title, run.session) for run in runs] == [
            (1, "ended", 0, "Tell me a story", None),
            (2, "ended", 0, "Is 1001 prime?", None),
            (3, "killed", None, "Go on for ever", None),
        ]
        assert all(run.content.startswith("The ") for run in runs)
        assert list(summaries(log, last=0, named=False)) == []
    assert database.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
    logged(path, session="story")
    assert rows(path, "SELECT id, session FROM runs WHERE session IS NOT NULL") == [(4, "1")]


def test_an_empty_file_becomes_a_log(path: Path) -> None:
    path.touch()
    logged(path)
    assert rows(path, "PRAGMA user_version") == [(len(MIGRATIONS),)]


def test_every_older_version_comes_to_the_same_schema_as_a_new_log() -> None:
    with closing(sqlite3.connect(":memory:", isolation_level=None)) as new:
        migrate(new)
        wanted = tables(new)
    with closing(sqlite3.connect(":memory:", isolation_level=None)) as old:
        old.executescript(VERSION_1)
        migrate(old)
        assert tables(old) == wanted
        run = find(old, 7)
        assert run
        assert run.content == "Hello."


def test_a_migration_that_fails_leaves_the_log_as_it_was(database: sqlite3.Connection) -> None:
    migrate(database)
    before = tables(database)
    broken = (*MIGRATIONS, ("ALTER TABLE runs ADD COLUMN mood TEXT", "this is no SQL"))
    with pytest.raises(sqlite3.OperationalError):
        migrate(database, broken)
    assert tables(database) == before
    good = (*MIGRATIONS, ("ALTER TABLE runs ADD COLUMN mood TEXT",))
    migrate(database, good)
    assert database.execute("PRAGMA user_version").fetchone() == (len(good),)
    assert "mood" in [column[1] for column in tables(database)["runs"]]


def test_the_write_ahead_log_is_used(path: Path) -> None:
    logged(path)
    assert rows(path, "PRAGMA journal_mode") == [("wal",)]
