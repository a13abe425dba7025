"""The tools in examples/: they say what they are, do what they say, and no more."""

from __future__ import annotations

import json
import os
import shutil
import sqlite3
import subprocess
from contextlib import closing
from pathlib import Path

import pytest

from dsk.tools.finding import find_tools

FOLDER = Path(__file__).resolve().parents[2] / "examples" / "tools"


def call(name: str, arguments: object, cwd: Path, **env: str) -> tuple[str, str, int]:
    done = subprocess.run(
        [FOLDER / name],
        input=json.dumps(arguments),
        capture_output=True,
        text=True,
        cwd=cwd,
        env=os.environ | env,
        timeout=30,
        check=False,
    )
    return done.stdout, done.stderr, done.returncode


def test_all_are_tools_of_the_names_that_they_say() -> None:
    found = find_tools((), (str(FOLDER),), os.environ, 30.0)
    assert [tool.name for tool in found] == ["now", "query", "read_file"]


@pytest.mark.skipif(not shutil.which("jq"), reason="jq is not installed")
def test_now_tells_the_time_in_a_zone_that_there_is(tmp_path: Path) -> None:
    out, _, status = call("now", {"zone": "UTC"}, tmp_path)
    assert status == 0
    assert out.endswith(" +0000\n")
    assert call("now", {}, tmp_path)[2] == 0
    assert call("now", {"zone": "/etc/passwd"}, tmp_path)[1:] == ("/etc/passwd is no time zone\n", 1)


def test_read_file_reads_below_its_folder_and_nowhere_else(tmp_path: Path) -> None:
    root = tmp_path / "root"
    (root / "sub").mkdir(parents=True)
    (root / "sub" / "a.txt").write_text("text")
    (root / ".secret").write_text("no")
    (tmp_path / "out.txt").write_text("no")
    (root / "link").symlink_to(tmp_path / "out.txt")
    assert call("read-file", {"path": "sub/a.txt"}, root) == ("text", "", 0)
    assert call("read-file", {"path": "."}, tmp_path, READ_ROOT=str(root)) == ("link\nsub/\n", "", 0)
    for path in ("../out.txt", str(tmp_path / "out.txt"), "link", ".secret"):
        assert call("read-file", {"path": path}, root) == ("", f"{path} is outside of what may be read\n", 1)
    assert call("read-file", {"path": "none"}, root)[2] == 1


def test_query_reads_a_database_and_changes_nothing(tmp_path: Path) -> None:
    path = tmp_path / "a b.db"
    with closing(sqlite3.connect(path)) as database:
        database.execute("CREATE TABLE t (n INTEGER, b BLOB)")
        database.execute("INSERT INTO t VALUES (1, x'00ff')")
        database.commit()
    env = {"SQLITE_DATABASE": str(path)}
    assert call("query", {"sql": "SELECT count(*) AS c, max(b) AS b FROM t"}, tmp_path, **env) == (
        '{"c": 1, "b": "00ff"}\n',
        "",
        0,
    )
    before = path.read_bytes()
    for sql in ("DELETE FROM t", f"ATTACH '{tmp_path}/new.db' AS new", "SELECT 1; SELECT 2", "PRAGMA user_version = 3"):
        out, error, status = call("query", {"sql": sql}, tmp_path, **env)
        assert (out, status) == ("", 1), sql
        assert error
    assert path.read_bytes() == before
    assert not (tmp_path / "new.db").exists()
    assert call("query", {"sql": "SELECT 1"}, tmp_path, SQLITE_DATABASE="")[2] == 1
