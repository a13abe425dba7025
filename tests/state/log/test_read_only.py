"""A log where nothing can be written, as on a read-only file system, is read all the same."""

from __future__ import annotations

import sqlite3
import subprocess
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import pytest

from tests.harness import DSK, Dsk, wait_until
from tests.state.log.test_schema import VERSION_1
from tests.state.log.test_unwritable import no_override
from tests.state.log.writing import logged


@pytest.fixture
def path(dsk: Dsk) -> Path:
    path = Path(dsk.env["XDG_STATE_HOME"]) / "dsk" / "log.db"
    path.parent.mkdir(parents=True)
    return path


@contextmanager
def frozen(path: Path) -> Iterator[None]:
    """Nothing can be made or changed in the folder."""
    files = list(path.parent.iterdir())
    modes = {file: file.stat().st_mode for file in [*files, path.parent]}
    for file in files:
        file.chmod(0o400)
    path.parent.chmod(0o500)
    try:
        yield
    finally:
        for file, mode in modes.items():
            if file.exists():
                file.chmod(mode)


def run(dsk: Dsk, *args: str) -> subprocess.CompletedProcess[str]:
    """dsk as a user who has to obey the modes of files."""
    return subprocess.run(
        [*no_override(), *DSK, *args],
        env=dsk.env | {"TMPDIR": str(dsk.home)},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=30,
        check=False,
    )


def settled(path: Path) -> None:
    logged(path, "Say hello")
    wait_until(lambda: not Path(f"{path}-wal").exists(), "the writer to close the log")


def old(path: Path) -> None:
    with closing(sqlite3.connect(path, isolation_level=None)) as connection:
        connection.executescript(VERSION_1)
        connection.execute("UPDATE runs SET title = 'Say hello'")


def unsettled(path: Path) -> None:
    """What was written last is in the write-ahead log only, because somebody still has it open."""
    with closing(sqlite3.connect(path, isolation_level=None)) as reader:
        reader.execute("PRAGMA journal_mode = WAL")
        # From now on the writer is not the last one to close it.
        reader.execute("SELECT count(*) FROM sqlite_master").fetchone()
        logged(path, "Say hello")
        saved = {name: Path(f"{path}{name}").read_bytes() for name in ("", "-wal")}
    wait_until(lambda: not Path(f"{path}-wal").exists(), "the writer to close the log")
    for name, data in saved.items():
        Path(f"{path}{name}").write_bytes(data)


@pytest.mark.parametrize("fill", [settled, old, unsettled])
def test_a_log_that_may_not_be_written_is_read(dsk: Dsk, path: Path, fill: Callable[[Path], None]) -> None:
    fill(path)
    before = {file.name: file.read_bytes() for file in path.parent.iterdir()}
    with frozen(path):
        listed = run(dsk, "log", "list")
        found = run(dsk, "log", "search", "hello")
    assert (listed.stderr, listed.returncode) == ("", 0)
    assert listed.stdout.endswith("\tSay hello\n")
    assert (found.stderr, found.returncode, found.stdout.count("\n")) == ("", 0, 1)
    assert {file.name: file.read_bytes() for file in path.parent.iterdir()} == before
    assert [name for name in dsk.home.iterdir() if name.name.startswith("dsk-")] == [], "the copy is gone"


def test_a_log_that_may_not_be_written_is_not_changed(dsk: Dsk, path: Path) -> None:
    settled(path)
    with frozen(path):
        result = run(dsk, "log", "prune", "--all", "--yes")
    assert (result.stdout, result.returncode) == ("", 1)
    assert result.stderr == (
        f"dsk: the log {path} cannot be used: it may not be written\n"
        f"dsk: hint: ls -ld {path} shows what it is and who may use it\n"
    )


def test_a_log_of_someone_else_that_may_not_be_read_is_a_failure(dsk: Dsk, path: Path) -> None:
    settled(path)
    with frozen(path):
        path.chmod(0)
        result = run(dsk, "log", "list")
    assert (result.stdout, result.returncode) == ("", 1)
    assert result.stderr.startswith(f"dsk: the log {path} cannot be used: ")
