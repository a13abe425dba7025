"""Search: phrases and expressions, in the index and without it, and an index that heals itself."""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path

import pytest

from dsk.errors import LocalFault, UsageFault
from dsk.state.log.index import _scan, index_file, matching
from dsk.state.log.pruning import chosen, prune
from dsk.state.log.query import Query, excerpt
from dsk.state.log.reading import reading
from dsk.state.log.rows import Outcome
from dsk.state.log.sharing import patience
from dsk.state.log.writer import LogWriter
from tests.harness import wait_until
from tests.state.log.writing import entry, logged, rows

RUNS = [
    ("What is a broken pipe?", "A pipe whose reader has gone. See SIGPIPE."),
    ("Pipe dreams", "The pipe, once broken, stays so: don't --no-stream it."),
    ("用一句话介绍你自己", "你好,我是一个助手。"),
    ("Café?", "Ein Kaffeehaus. \U0001f600"),
    ("nothing", "at all"),
]


@pytest.fixture(scope="module")
def path(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("log") / "log.db"
    for prompt, answer in RUNS:
        logged(path, prompt, answer)
    return path


def search(path: Path, text: str, *, fts: bool = False) -> list[int]:
    with reading(str(path)) as log:
        return list(matching(log, str(path), Query(text, fts), patience(5)))


PHRASES = {
    "broken pipe": [1],
    "BROKEN PIPE": [1],
    "pipe": [1, 2],
    "sigpipe": [1],
    "no-stream": [2],
    "pipe, once": [2],
    'say "pipe': [],
    "你好": [3],
    "我是一个": [3],
    "介绍": [3],
    "缺": [],
    "\U0001f600": [4],
    "café": [4],
}


@pytest.mark.parametrize("text", PHRASES)
def test_words_are_a_phrase_in_prompt_or_answer(path: Path, text: str) -> None:
    assert search(path, text) == PHRASES[text]


@pytest.mark.parametrize("text", PHRASES)
def test_without_an_index_the_same_is_found(path: Path, text: str) -> None:
    with reading(str(path)) as log:
        assert list(_scan(log, Query(text))) == PHRASES[text]


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("sigpipe OR dreams", [1, 2]),
        ("pipe NOT sigpipe", [2]),
        ("sig*", [1]),
        ("prompt : pipe AND content : broken", [2]),
        ('"broken pipe" OR "你好"', [1, 3]),
        ("你好 OR dreams", [2, 3]),
        ("cafe", [4]),
    ],
)
def test_an_expression_is_in_the_language_of_fts5(path: Path, text: str, found: list[int]) -> None:
    assert search(path, text, fts=True) == found


@pytest.mark.parametrize("text", ["a AND", '"open', "nosuch : word", "(a"])
def test_an_expression_that_is_none_is_a_usage_error(path: Path, text: str) -> None:
    with pytest.raises(UsageFault, match="is not an FTS5 expression"):
        search(path, text, fts=True)


def test_the_index_takes_in_what_is_new(tmp_path: Path) -> None:
    path = tmp_path / "log.db"
    logged(path, "first")
    assert search(path, "first") == [1]
    logged(path, "first again")
    assert search(path, "first") == [1, 2]
    assert rows(Path(index_file(str(path))), "SELECT run FROM indexed") == [(1,), (2,)]
    assert Path(index_file(str(path))).stat().st_mode & 0o777 == 0o600


def test_what_is_pruned_is_not_in_the_index_any_more(tmp_path: Path) -> None:
    path = tmp_path / "log.db"
    for number in range(3):
        logged(path, f"secret {number}")
    assert search(path, "secret") == [1, 2, 3]
    with reading(str(path)) as log:
        prune(log, str(path), [2], patience(5))
    assert not Path(index_file(str(path))).exists()
    assert search(path, "secret") == [1, 3]


def test_an_index_of_another_log_is_made_anew(tmp_path: Path) -> None:
    path = tmp_path / "log.db"
    for text in ("one", "two"):
        logged(path, text)
    assert search(path, "two") == [2]
    for name in ("log.db", "log.db-wal", "log.db-shm"):
        with suppress(FileNotFoundError):
            (tmp_path / name).unlink()
    logged(path, "two")
    assert search(path, "one") == []
    assert search(path, "two") == [1]


@pytest.mark.parametrize("garbage", [b"garbage" * 1000, b""])
def test_a_damaged_index_is_made_anew(tmp_path: Path, garbage: bytes) -> None:
    path = tmp_path / "log.db"
    logged(path, "word")
    assert search(path, "word") == [1]
    Path(index_file(str(path))).write_bytes(garbage)
    assert search(path, "word") == [1]


def test_where_there_can_be_no_index_a_phrase_is_found_and_an_expression_is_not(tmp_path: Path) -> None:
    path = tmp_path / "log.db"
    logged(path, "some word")
    Path(index_file(str(path))).mkdir()
    assert search(path, "word") == [1]
    with pytest.raises(LocalFault, match="the search index cannot be used"):
        search(path, "word OR x", fts=True)


def test_an_excerpt_is_one_line_around_the_match() -> None:
    text = "x " * 100 + "a broken\n  pipe is here" + " y" * 100
    found = excerpt(text, Query("broken pipe").pattern(), 30)
    assert found
    assert found.found == "broken pipe"
    assert found.before.startswith("…x")
    assert " a broken pipe is here y" in "".join(found)
    assert excerpt("abc", Query("d").pattern(), 30) is None


def test_pruning_chooses_by_age_and_number(tmp_path: Path) -> None:
    path = tmp_path / "log.db"
    for begun in (10.0, 20.0, 30.0, 40.0):
        logged(path, begun=begun)
    with reading(str(path)) as log:
        assert chosen(log, before=30.0, keep=0) == [1, 2]
        assert chosen(log, before=30.0, keep=3) == [1]
        assert chosen(log, before=None, keep=1) == [1, 2, 3]
        assert chosen(log, before=None, keep=0) == [1, 2, 3, 4]


def test_pruning_spares_a_run_under_way(tmp_path: Path) -> None:
    path = tmp_path / "log.db"
    logged(path)
    writer = LogWriter(str(path), entry())
    wait_until(lambda: len(rows(path, "SELECT 1 FROM runs")) == 2, "the row")
    with reading(str(path)) as log:
        assert chosen(log, before=None, keep=0) == [1]
    writer.end(Outcome("", "", 0))


def test_pruning_gives_room_back(tmp_path: Path) -> None:
    path = tmp_path / "log.db"
    for _ in range(4):
        logged(path, "x" * 100_000)
    with reading(str(path)) as log:
        prune(log, str(path), [1, 2, 3], patience(5))
        assert sum(file.stat().st_size for file in tmp_path.iterdir() if file.suffix == ".db") < 200_000
        assert not Path(f"{path}-wal").stat().st_size


def test_of_what_is_pruned_nothing_is_left_on_the_disk(tmp_path: Path) -> None:
    path = tmp_path / "log.db"
    for number in range(5):
        logged(path, f"prompt-{number} " * 100, f"answer-{number} " * 100)
    search(path, "prompt")
    with reading(str(path)) as log:
        prune(log, str(path), [1, 2, 3, 4], patience(5))
        data = b"".join(file.read_bytes() for file in tmp_path.iterdir())
    assert b"prompt-4" in data
    assert b"answer-4" in data
    for number in range(4):
        assert f"prompt-{number}".encode() not in data
        assert f"answer-{number}".encode() not in data
    assert rows(path, "SELECT run FROM requests") == [(5,)]
