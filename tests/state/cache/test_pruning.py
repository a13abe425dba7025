"""The cache stays within its limits."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from dsk.state.cache.limits import Limits, age_of, size_of
from dsk.state.cache.pruning import answers, clear, prune, prune_sometimes

NOW = 1_000_000.0
DAY = 86400.0


def write(folder: Path, name: str, size: int, written: float, used: float = 0.0) -> None:
    path = folder / name
    path.write_bytes(b"x" * size)
    os.utime(path, (used or NOW - written, NOW - written))


def names(folder: Path) -> set[str]:
    return {path.name for path in folder.iterdir()}


def test_what_is_too_old_goes_and_then_what_was_not_used_for_longest(tmp_path: Path) -> None:
    write(tmp_path, "old.sse", 1, 31 * DAY)
    write(tmp_path, "unused.sse", 40, 3 * DAY)
    write(tmp_path, "used.sse", 40, 4 * DAY, used=NOW - 60)
    write(tmp_path, "new.sse", 40, 1 * DAY)
    write(tmp_path, ".draft-1-a", 9, 60)
    write(tmp_path, ".draft-2-b", 9, 2 * DAY)
    write(tmp_path, "notes.txt", 9, 99 * DAY)
    pruned = prune(str(tmp_path), Limits(size=100, age=30 * DAY), NOW)
    assert names(tmp_path) == {"used.sse", "new.sse", ".draft-1-a", "notes.txt"}
    assert pruned == (3, 50, 2, 80)
    assert [file.path.name for file in answers(str(tmp_path))] == ["used.sse", "new.sse"]


def test_clearing_leaves_no_answer_but_what_is_being_written(tmp_path: Path) -> None:
    write(tmp_path, "a.sse", 0, 0)
    write(tmp_path, "b.sse", 5, 0)
    write(tmp_path, ".draft-1-a", 9, 60)
    assert clear(str(tmp_path), NOW) == (2, 5, 0, 0)
    assert names(tmp_path) == {".draft-1-a"}


def test_the_whole_folder_is_looked_at_once_an_hour(tmp_path: Path) -> None:
    write(tmp_path, "old.sse", 1, 31 * DAY)
    prune_sometimes(str(tmp_path), Limits(), NOW)
    assert names(tmp_path) == {".pruned"}
    write(tmp_path, "old.sse", 1, 31 * DAY)
    prune_sometimes(str(tmp_path), Limits(), NOW + 3599)
    assert names(tmp_path) == {".pruned", "old.sse"}
    prune_sometimes(str(tmp_path), Limits(), NOW + 3600)
    assert names(tmp_path) == {".pruned"}


def test_a_folder_that_is_not_there_has_no_answers(tmp_path: Path) -> None:
    assert answers(str(tmp_path / "none")) == []
    assert prune(str(tmp_path / "none"), Limits(), NOW) == (0, 0, 0, 0)


@pytest.mark.parametrize(
    ("text", "seconds"),
    [("90", 90), (90, 90), ("90s", 90), ("2m", 120), ("12h", 43200), ("1d", 86400), ("2W", 1209600), ("0", 0)],
)
def test_ages(text: object, seconds: int) -> None:
    assert age_of(text) == seconds


@pytest.mark.parametrize(("text", "size"), [(4096, 4096), ("64K", 65536), ("1m", 1 << 20), ("2G", 2 << 30)])
def test_sizes(text: object, size: int) -> None:
    assert size_of(text) == size


@pytest.mark.parametrize("text", ["", "d", "1y", "1.5d", "-1", "1 d", True, 1.5, None, -1, "1" * 16, "\u0661"])
def test_what_is_neither_an_age_nor_a_size(text: object) -> None:
    assert (age_of(text), size_of(text)) == (None, None)
