"""The log of a run: what is in it while the answer arrives, at its end, and who may read it."""

from __future__ import annotations

import sqlite3
import stat
import time
from contextlib import closing
from pathlib import Path

import pytest

from dsk.state.log.opening import RUNS
from dsk.state.log.rows import NewTurn, Outcome, Piece, joined
from dsk.state.log.sharing import TRY
from dsk.state.log.writer import LogWriter
from tests.harness import wait_until
from tests.state.log.writing import content, entry, logged, rows


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "state" / "dsk" / "log.db"


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def begun(path: Path) -> bool:
    """Whether a run is in the log."""
    try:
        return bool(rows(path, "SELECT 1 FROM runs")) if path.exists() else False
    except sqlite3.OperationalError:
        return False


def test_a_row_is_begun_before_anything_arrives(path: Path) -> None:
    writer = LogWriter(str(path), entry("Tell me", turn=NewTurn([{"role": "user", "content": "Tell me"}], name="s")))
    wait_until(lambda: begun(path), "the row")
    found = rows(
        path,
        "SELECT state, status, command, profile, base_url, model_asked, title, session, body"
        " FROM runs JOIN requests ON run = id",
    )
    body = '{"model": "deepseek-flash", "messages": [{"role": "user", "content": "Tell me"}]}'
    url = "https://api.deepseek.com"
    assert found == [("running", None, "ask", "deepseek", url, "deepseek-flash", "Tell me", "1", body)]
    writer.end(Outcome("", "", 0))


def test_text_is_written_while_it_arrives(path: Path) -> None:
    writer = LogWriter(str(path), entry())
    for text in ("Once ", "upon ", "a time"):
        writer.add(content(text))
    wait_until(lambda: begun(path) and rows(path, "SELECT 1 FROM pieces"), "the pieces")
    writer.add(Piece("reasoning", 0, "hm"))
    writer.add(content("."))
    wait_until(lambda: len(rows(path, "SELECT 1 FROM pieces")) >= 3, "more pieces")
    found = rows(path, "SELECT kind, text FROM pieces ORDER BY seq")
    assert "".join(text for kind, text in found if kind == "content") == "Once upon a time."
    assert found[-2:] == [("reasoning", "hm"), ("content", ".")]
    writer.end(Outcome("Once upon a time.", "hm", 0))


def test_tokens_that_come_by_themselves_are_written_as_text_among_what_else_comes(path: Path) -> None:
    writer = LogWriter(str(path), entry())
    writer.add(Piece("reasoning", 0, "h"))
    take = writer.taker("reasoning")
    take(b"m")
    take = writer.taker("content")
    for token in ("Grü", "ße", ", "):
        take(token.encode())
    writer.add(content("Welt"))
    writer.add(Piece("finish", 0, ""))
    wait_until(lambda: begun(path) and rows(path, "SELECT 1 FROM pieces WHERE kind = 'finish'"), "the pieces")
    take = writer.taker("content")
    take(b"?")
    wait_until(lambda: rows(path, "SELECT 1 FROM pieces WHERE text = '?'"), "the token")
    take(b"!")
    wait_until(lambda: rows(path, "SELECT 1 FROM pieces WHERE text = '!'"), "the last token")
    found = joined(Piece(kind, 0, text) for kind, text in rows(path, "SELECT kind, text FROM pieces ORDER BY seq"))
    texts = [(kind, text) for kind, _, text in found]
    assert texts == [("reasoning", "hm"), ("content", "Grüße, Welt"), ("finish", ""), ("content", "?!")]
    writer.end(Outcome("Grüße, Welt?!", "hm", 0))


def test_at_the_end_all_is_in_the_row_and_no_piece_is_left(path: Path) -> None:
    outcome = Outcome(
        content="Grüße\0\U0001f600",
        reasoning="why",
        status=12,
        id="abc",
        model="served",
        tool_calls="[]",
        finish_reason="stop",
        usage='{"completion_tokens":3}',
        choices="[1]",
        first_token=0.25,
        total=1.5,
        resumed="[2]",
        error='{"message":"m"}',
        http_status=200,
    )
    writer = LogWriter(str(path), entry())
    writer.add(content("Grüße"))
    writer.end(outcome)
    assert writer.warning is None
    found = rows(
        path,
        "SELECT content, reasoning, status, response_id, model, tool_calls, finish_reason, usage, choices,"
        " first_token, total, resumed, error, http_status FROM runs",
    )
    assert found == [tuple(outcome)]
    assert rows(path, "SELECT state, ended >= begun FROM runs") == [("ended", 1)]
    assert rows(path, "SELECT count(*) FROM pieces") == [(0,)]


def test_folder_and_files_are_for_their_owner_alone(path: Path) -> None:
    writer = LogWriter(str(path), entry())
    wait_until(lambda: begun(path), "the row")
    files = {found.name: mode(found) for found in path.parent.iterdir()}
    assert files == {"log.db": 0o600, "log.db-wal": 0o600, "log.db-shm": 0o600}
    assert (mode(path.parent), mode(path.parent.parent)) == (0o700, 0o700)
    writer.end(Outcome("", "", 0))


def test_a_log_that_others_could_read_is_closed_to_them(path: Path) -> None:
    logged(path)
    path.chmod(0o644)
    path.parent.chmod(0o755)
    logged(path)
    assert (mode(path), mode(path.parent)) == (0o600, 0o700)


def test_several_runs_of_one_process_do_not_disturb_each_other(path: Path) -> None:
    writers = [LogWriter(str(path), entry(f"prompt {number}")) for number in range(20)]
    for number, writer in enumerate(writers):
        writer.add(content(f"{number}"))
    for number, writer in enumerate(writers):
        writer.end(Outcome(f"{number}", "", 0))
    assert [writer.warning for writer in writers] == [None] * 20
    found = rows(path, "SELECT title, content FROM runs")
    assert sorted(found) == sorted((f"prompt {number}", f"{number}") for number in range(20))


def test_while_the_log_is_locked_nothing_waits_and_nothing_is_lost(path: Path) -> None:
    logged(path)
    with closing(sqlite3.connect(path, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        writer = LogWriter(str(path), entry("locked"))
        words = [f"{number} " for number in range(20_000)]
        for word in words:
            writer.add(content(word))
        # Whoever waited for the lock would still be waiting: it is only let go now, later than SQLite itself has
        # patience.
        time.sleep(1.3 * TRY)
        assert rows(path, "SELECT count(*) FROM runs") == [(1,)]
        other.execute("COMMIT")
    writer.end(Outcome("".join(words), "", 0))
    assert writer.warning is None
    assert rows(path, "SELECT content FROM runs WHERE title = 'locked'") == [("".join(words),)]


def test_some_runs_move_the_write_ahead_log_into_the_database_so_that_no_start_reads_much(path: Path) -> None:
    logged(path)
    with closing(sqlite3.connect(path)) as other:
        # With a connection that stays, none is the last that tidies up.
        other.execute("SELECT count(*) FROM runs").fetchall()
        sizes = []
        for _ in range(4 * RUNS):
            logged(path)
            sizes.append(Path(f"{path}-wal").stat().st_size)
        # Once moved, it is written from its beginning.
        assert sizes[-1] < 2 * sizes[RUNS]


def test_the_write_ahead_log_is_moved_into_the_database_when_it_has_grown(path: Path) -> None:
    wal = Path(f"{path}-wal")
    logged(path)
    with closing(sqlite3.connect(path)) as other:
        # With a connection that stays, none is the last that tidies up.
        other.execute("SELECT count(*) FROM runs").fetchall()
        for _ in range(12):
            logged(path, "x" * 1_000_000)
        assert path.stat().st_size > 4_000_000
        assert wal.stat().st_size < 9_000_000
