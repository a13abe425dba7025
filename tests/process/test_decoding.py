"""``dsk decode`` beside its files: what it reads is not written to, and what cannot be read is a usage error."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.harness import Dsk

FRAMES = b'data: {"choices": [{"index": 0, "delta": {"content": "ab"}, "finish_reason": "stop"}]}\n\ndata: [DONE]\n\n'
SAME = "dsk: cannot write to {}: input and output are the same file\ndsk: hint: write to another file\n"


@pytest.fixture
def frames(dsk: Dsk) -> Path:
    path = dsk.home / "x.sse"
    path.write_bytes(FRAMES)
    (dsk.home / "hard.sse").hardlink_to(path)
    (dsk.home / "soft.sse").symlink_to(path)
    return path


@pytest.mark.parametrize(
    ("command", "name"),
    [
        ("decode x.sse -o x.sse", "x.sse"),
        ("decode x.sse --raw -o ./x.sse", "x.sse"),
        ("decode hard.sse -o x.sse", "hard.sse"),
        ("decode x.sse -o soft.sse", "x.sse"),
        ("decode x.sse >> x.sse", "x.sse"),
        ("decode --raw x.sse >> x.sse", "x.sse"),
        ("decode < x.sse >> x.sse", "stdin"),
        ("decode < x.sse -o x.sse", "stdin"),
        ("decode x.sse -o /dev/fd/7 7>> x.sse", "x.sse"),
        ("decode x.sse --events-to x.sse", "x.sse"),
        ("decode x.sse --usage-to 7 7>> x.sse", "x.sse"),
        ("decode x.sse --reasoning-to soft.sse", "x.sse"),
        ("decode /dev/null x.sse -o x.sse", "x.sse"),
    ],
)
def test_a_file_that_is_read_is_not_written_to(dsk: Dsk, frames: Path, command: str, name: str) -> None:
    result = dsk.shell(f"dsk {command}")
    assert (result.stdout, result.errors, result.status) == (b"", SAME.format(name), 2)
    assert frames.read_bytes() == FRAMES


@pytest.mark.parametrize("command", ["decode x.sse -o /dev/null", "decode x.sse -o other", "decode - -o other < x.sse"])
def test_another_file_or_none_at_all_is_written_to(dsk: Dsk, frames: Path, command: str) -> None:
    (dsk.home / "other").write_bytes(FRAMES)
    assert dsk.shell(f"dsk {command}").status == 0
    assert frames.read_bytes() == FRAMES


def test_a_terminal_or_a_device_may_be_both(dsk: Dsk) -> None:
    assert dsk.shell("dsk decode /dev/null > /dev/null").status == 12


@pytest.mark.parametrize(("command", "name"), [("decode .", "."), ("decode x.sse .", ".")])
def test_a_directory_is_a_usage_error(dsk: Dsk, frames: Path, command: str, name: str) -> None:
    assert frames.exists()
    result = dsk.shell(f"dsk {command}")
    said = f"dsk: cannot read {name}: it is a directory\ndsk: hint: name the files in it\n"
    assert (result.stdout, result.errors, result.status) == (b"", said, 2)


def test_a_closed_stdin_is_an_empty_one(dsk: Dsk) -> None:
    for command in ("decode", "send"):
        closed, empty = dsk.shell(f"dsk {command} <&-"), dsk.shell(f"dsk {command} </dev/null")
        assert closed == empty
        assert closed.status != 0
