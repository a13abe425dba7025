"""A log that cannot be written is one warning that says why, soon, and never anything worse."""

from __future__ import annotations

import os
import shutil
import signal
import sqlite3
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import closing, suppress
from pathlib import Path

import pytest

from dsk.scripted.script import Reply, Script
from dsk.scripted.server import ScriptedServer
from dsk.state.log.rows import Outcome
from dsk.state.log.schema import MIGRATIONS
from dsk.state.log.writer import LogWriter
from tests.harness import Dsk, wait_until
from tests.state.log.writing import content, entry, lines, logged, rows, start


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "dsk" / "log.db"


def warning(path: Path, prompt: str = "hi") -> str | None:
    """The warning of a run that is logged there."""
    writer = LogWriter(str(path), entry(prompt))
    writer.add(content("text"))
    writer.end(Outcome("text", "", 0))
    return writer.warning


def cannot(path: Path, why: str) -> str:
    return f"the log {path} cannot be written: {why}"


def test_a_file_that_is_no_database(path: Path) -> None:
    path.parent.mkdir()
    path.write_bytes(b"Dear diary,\n" * 1000)
    assert warning(path) == cannot(path, "it is not a SQLite database")
    assert path.read_bytes().startswith(b"Dear diary"), "it is left as it was"


def test_what_comes_token_by_token_is_not_gathered_for_a_log_that_cannot_be_written(path: Path) -> None:
    path.mkdir(parents=True)
    writer = LogWriter(str(path), entry())
    token = os.urandom(8).hex().encode()
    wait_until(lambda: writer.warning is not None, "the warning")
    take = writer.taker("content")
    for _ in range(1000):
        take(token)
    wait_until(lambda: sys.getrefcount(token) < 100, "the tokens to be forgotten")
    writer.end(Outcome("", "", 0))
    assert writer.warning == cannot(path, "it is not a regular file")


def test_a_damaged_database(path: Path) -> None:
    for _ in range(30):
        logged(path, answer="x" * 3000)
    wait_until(lambda: not Path(f"{path}-wal").exists(), "the last writer to close the log")
    data = path.read_bytes()
    path.write_bytes(data[:100] + bytes(8000) + data[8100:])
    assert warning(path) == cannot(path, "it is damaged")


def test_a_newer_schema(path: Path) -> None:
    logged(path)
    with closing(sqlite3.connect(path)) as other:
        other.execute("PRAGMA user_version = 99")
    assert warning(path) == cannot(path, f"its version 99 is newer than {len(MIGRATIONS)}, the newest known")
    assert rows(path, "SELECT count(*) FROM runs") == [(1,)]


def test_the_database_of_another_program(path: Path) -> None:
    path.parent.mkdir()
    with closing(sqlite3.connect(path)) as other:
        other.execute("CREATE TABLE bookmarks (url TEXT)")
    assert warning(path) == cannot(path, "it is the database of another program")
    assert rows(path, "SELECT name FROM sqlite_master") == [("bookmarks",)]


def test_a_folder_in_its_place(path: Path) -> None:
    path.mkdir(parents=True)
    assert warning(path) == cannot(path, "it is not a regular file")


def test_a_file_in_the_place_of_its_folder(path: Path) -> None:
    path.parent.write_text("")
    assert warning(path) == cannot(path, f"{path.parent} is not a folder")


def test_a_place_without_shared_memory(path: Path) -> None:
    # The write-ahead log needs a file that processes share; a folder is in its place.
    Path(f"{path}-shm").mkdir(parents=True)
    assert (warning(path) or "").startswith(cannot(path, ""))


@pytest.mark.parametrize("there", [False, True], ids=["no log yet", "a log"])
def test_a_folder_that_may_not_be_written(path: Path, there: bool) -> None:
    if there:
        logged(path)
    path.parent.mkdir(exist_ok=True)
    path.parent.chmod(0o500)
    with start("once", path, wrapper=no_override()) as process:
        output, errors = process.communicate(timeout=30)
    path.parent.chmod(0o700)
    why = "it may not be written" if there else "Permission denied"
    assert (output, errors) == (cannot(path, why) + "\n", "")


def no_override() -> list[str]:
    """What makes root obey the modes of files too."""
    if os.geteuid() != 0:
        return []
    if not shutil.which("setpriv"):
        pytest.skip("root may write everywhere, and setpriv is not installed")
    capabilities = "-dac_override,-dac_read_search"
    return ["setpriv", f"--bounding-set={capabilities}", f"--inh-caps={capabilities}"]


@pytest.mark.parametrize("size", [0, 5_000, 60_000])
def test_a_file_that_may_not_grow(path: Path, size: int) -> None:
    with start("limited", path, size) as process:
        output, errors = process.communicate(timeout=30)
    assert errors == ""
    assert output.startswith(cannot(path, ""))
    assert output.count("\n") == 1


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    disk = tmp_path / "disk"
    disk.mkdir()
    done = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=512k", "tmpfs", str(disk)], capture_output=True, check=False
    )
    if done.returncode:
        pytest.skip("no file system can be mounted here")
    yield disk
    subprocess.run(["umount", "--lazy", str(disk)], check=True)


def test_a_full_disk(small_disk: Path) -> None:
    path = small_disk / "log.db"
    logged(path)
    warnings = [warning(path, "x" * 10_000) for _ in range(60)]
    assert warnings[0] is None
    assert warnings[-1] == cannot(path, "the disk is full")
    assert rows(path, "SELECT content FROM runs LIMIT 1") == [("Hello.",)]


def test_a_log_that_has_filled_the_disk_can_be_read(
    dsk: Dsk, serve: Callable[[Script], ScriptedServer], small_disk: Path
) -> None:
    dsk.env["XDG_STATE_HOME"] = str(small_disk)
    server = serve(Script(replies=(Reply(text="many words " * 60_000),)))
    asked = dsk.run("ask", "--base-url", server.base_url, "hi")
    assert (len(asked.stdout), asked.status) == (660_001, 0)
    assert "the disk is full" in asked.errors
    listed = dsk.run("log", "list")
    assert (listed.errors, listed.status) == ("", 0)
    assert dsk.run("log", "show", "-1", "--answer").stdout.startswith(b"many words ")
    # What was written last waits in the write-ahead log, and must get into the log before that can shrink.
    fill(small_disk)
    pruned = dsk.run("log", "prune", "--all", "--yes")
    assert ("the disk is full" in pruned.errors, pruned.status) == (True, 1)
    assert f"as much as {small_disk / 'dsk' / 'log.db-wal'} has" in pruned.errors
    assert dsk.run("log", "show", "-1", "--answer").stdout.startswith(b"many words ")


def fill(disk: Path, *, spare: int = 0) -> None:
    """Leave so many bytes of room, about."""
    with open(disk / "filling", "wb", buffering=0) as file, suppress(OSError):
        size = room(disk) - spare
        while size > 0:
            size -= file.write(bytes(min(size, 4096)))


def room(disk: Path) -> int:
    found = os.statvfs(disk)
    return found.f_bavail * found.f_frsize


@pytest.mark.parametrize("spare", [0, 8192, 65536])
def test_a_log_on_a_full_disk_can_be_read_and_pruned(dsk: Dsk, small_disk: Path, spare: int) -> None:
    path = small_disk / "dsk" / "log.db"
    dsk.env["XDG_STATE_HOME"] = str(small_disk)
    for number in range(20):
        logged(path, f"number {number}", answer=f"{number} " * 5000)
    fill(small_disk, spare=spare)
    before = room(small_disk)
    listed = dsk.run("log", "list", "-N", "0")
    assert (listed.text.count("\n"), listed.errors, listed.status) == (20, "", 0)
    pruned = dsk.run("log", "prune", "--keep", "5")
    assert (pruned.errors, pruned.status) == ("dsk: removed 15 runs\n", 0)
    assert room(small_disk) - before > 150_000
    assert rows(path, "PRAGMA integrity_check") == [("ok",)]
    assert rows(path, "SELECT title FROM runs") == [(f"number {number}",) for number in range(15, 20)]
    # It is the log that it was, for any number of processes.
    assert dsk.run("ask", "--offline", "and on").status == 0
    assert rows(path, "PRAGMA journal_mode") == [("wal",)]
    assert dsk.run("log", "list", "-N", "0").text.count("\n") == 6


def test_a_python_without_sqlite(path: Path, tmp_path: Path) -> None:
    (tmp_path / "_sqlite3.py").write_text("raise ImportError('not built')")
    script = (
        "import sys\nfrom dsk.state.log.rows import Entry, Outcome\nfrom dsk.state.log.writer import LogWriter\n"
        "writer = LogWriter(sys.argv[1], Entry('ask', 'p', 'u', 'm', b'{}', 0.0))\n"
        "writer.end(Outcome('', '', 0))\nprint(writer.warning)"
    )
    done = subprocess.run(
        [sys.executable, "-c", script, str(path)],
        capture_output=True,
        text=True,
        env=os.environ | {"PYTHONPATH": str(tmp_path)},
        timeout=15,
        check=True,
    )
    assert (done.stdout, done.stderr) == (cannot(path, "this Python has no SQLite (not built)") + "\n", "")


def test_a_log_that_stays_locked(path: Path) -> None:
    logged(path)
    with closing(sqlite3.connect(path, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        writer = LogWriter(str(path), entry(), patience=0.1)
        writer.end(Outcome("", "", 0))
        assert writer.warning == cannot(path, "another process keeps it locked")


def test_a_signal_ends_the_waiting_for_a_locked_log_but_not_at_once(path: Path) -> None:
    logged(path)
    with closing(sqlite3.connect(path, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        with start("interrupted", path) as process:
            assert next(lines(process)) == "ending\n"
            process.send_signal(signal.SIGINT)
            other.execute("COMMIT")
            assert process.communicate(timeout=30) == ("KeyboardInterrupt None\n", "")
    assert rows(path, "SELECT state FROM runs") == [("ended",), ("ended",)]


def test_a_signal_ends_the_waiting_for_a_log_that_stays_locked(path: Path) -> None:
    logged(path)
    with closing(sqlite3.connect(path, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        with start("interrupted", path) as process:
            assert next(lines(process)) == "ending\n"
            process.send_signal(signal.SIGINT)
            assert process.communicate(timeout=15) == ("KeyboardInterrupt None\n", "")


def test_once_it_has_failed_what_arrives_is_dropped(path: Path) -> None:
    path.mkdir(parents=True)
    writer = LogWriter(str(path), entry())
    writer.end(Outcome("", "", 0))
    piece = content("text")
    held = sys.getrefcount(piece)
    writer.add(piece)
    assert sys.getrefcount(piece) == held
    writer.end(Outcome("", "", 0))
    assert writer.warning == cannot(path, "it is not a regular file")
