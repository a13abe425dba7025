"""``--output FILE``: opened before anything is sent, begun anew only by an answer."""

from __future__ import annotations

import json
import os
import stat
import subprocess
from pathlib import Path

import pytest

from dsk.errors import InterruptFault, KeyFault
from dsk.output.settings import OutputSettings
from dsk.stream.events import Comment
from tests.output.playing import DEADLINE, Arrival, Player, arrive, said

OLD = "an answer from before, longer than the new one\n"
TO_FILE = OutputSettings(output="answer.txt")
REFUSED = KeyFault("the key was refused", http_status=401)


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "answer.txt"


def test_the_answer_is_in_the_file_and_not_on_stdout(player: Player, file: Path) -> None:
    assert player.play(said("Hello", ", world"), TO_FILE) == (b"", b"", 0)
    assert file.read_bytes() == b"Hello, world\n"


def test_an_answer_replaces_what_the_file_held(player: Player, file: Path) -> None:
    file.write_text(OLD)
    player.play(said("new"), TO_FILE)
    assert file.read_bytes() == b"new\n"


def test_an_empty_answer_empties_the_file(player: Player, file: Path) -> None:
    file.write_text(OLD)
    assert player.play([], TO_FILE).status == 0
    assert file.read_bytes() == b""


def test_an_answer_that_begins_with_a_comment_empties_the_file(player: Player, file: Path) -> None:
    file.write_text(OLD)
    player.play([Arrival(b": hi\n\n", [Comment("hi")])], TO_FILE, failure=InterruptFault("interrupted"))
    assert file.read_bytes() == b""


def test_a_cut_answer_is_in_the_file_as_far_as_it_came(player: Player, file: Path) -> None:
    file.write_text(OLD)
    assert player.play(said("new", finish="length"), TO_FILE).status == 10
    assert file.read_bytes() == b"new"


@pytest.mark.parametrize("format_", ["text", "raw"])
def test_a_request_that_failed_leaves_the_file_alone(player: Player, file: Path, format_: str) -> None:
    file.write_text(OLD)
    settings = TO_FILE._replace(format=format_)  # type: ignore[arg-type]
    assert player.play([], settings, failure=REFUSED, http_status=401).status == 3
    assert file.read_text() == OLD


@pytest.mark.parametrize("http_status", [None, 401])
def test_a_request_that_failed_leaves_no_new_file(player: Player, file: Path, http_status: int | None) -> None:
    player.play([], TO_FILE, failure=REFUSED, http_status=http_status)
    assert not file.exists()


def test_a_usage_error_after_it_leaves_no_new_file(player: Player, file: Path) -> None:
    assert player.play([], TO_FILE._replace(events_to="77")).status == 2
    assert not file.exists()


@pytest.mark.parametrize("format_", ["json", "jsonl"])
def test_a_json_object_of_the_failure_is_output_too(player: Player, file: Path, format_: str) -> None:
    file.write_text(OLD)
    settings = TO_FILE._replace(format=format_)  # type: ignore[arg-type]
    player.play([], settings, failure=REFUSED, http_status=401)
    assert json.loads(file.read_text())["status"] == 3


def test_the_mode_of_a_new_file_follows_the_umask(player: Player, file: Path) -> None:
    player.play(said("a"), TO_FILE)
    process_umask = os.umask(0)
    os.umask(process_umask)
    assert stat.S_IMODE(file.stat().st_mode) == 0o666 & ~process_umask


def test_a_dash_is_stdout(player: Player) -> None:
    assert player.play(said("a"), OutputSettings(output="-")).stdout == b"a\n"


@pytest.mark.parametrize(
    ("path", "why"),
    [
        ("no/such/folder/x", "no such file or directory"),
        (".", "is a directory"),
        ("/dev/null/x", "not a directory"),
    ],
)
def test_a_path_that_cannot_be_opened_is_named(player: Player, path: str, why: str) -> None:
    played = player.play(said("a"), OutputSettings(output=path))
    assert played.stderr.decode() == f"dsk: cannot write to {path}: {why}\ndsk: hint: --output names another file\n"
    assert played.status == 1


@pytest.mark.parametrize("path", ["", "a\0b"], ids=["empty", "NUL"])
@pytest.mark.parametrize("field", ["output", "events_to"])
def test_what_can_be_no_path_is_a_failure_like_others(player: Player, path: str, field: str) -> None:
    played = player.play(said("a"), OutputSettings(**{field: path}))  # type: ignore[arg-type]
    assert played.stderr.startswith(b"dsk: cannot write to ")
    assert played.status == 1


def test_a_full_disk_is_named(player: Player) -> None:
    played = player.play(said("a"), OutputSettings(output="/dev/full"))
    assert played.stderr.startswith(
        b"dsk: cannot write to /dev/full: no space left on device\ndsk: hint: free some room"
    )
    assert played.status == 1


def test_dev_null_takes_everything(player: Player) -> None:
    assert player.play(said("a"), OutputSettings(output="/dev/null")) == (b"", b"", 0)


def test_a_descriptor_by_its_path_is_continued_and_not_begun_anew(player: Player, file: Path) -> None:
    file.write_text("before\n")
    player.play(said("a"), OutputSettings(output="/dev/fd/3"), redirect="3>>answer.txt")
    assert file.read_text() == "before\na\n"


def test_a_socket_can_be_named_by_its_path(player: Player) -> None:
    assert player.play(said("a"), OutputSettings(output="/dev/stdout"), redirect="| cat").stdout == b"a\n"


def test_a_descriptor_that_is_not_open_is_a_usage_error(player: Player) -> None:
    played = player.play(said("a"), OutputSettings(output="/dev/fd/77"))
    assert played.stderr.startswith(b"dsk: --output 77: descriptor 77 is not open for writing\n")
    assert played.status == 2


def test_a_fifo_gets_the_answer(player: Player, tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "fifo")
    with subprocess.Popen(["cat", "fifo"], cwd=tmp_path, stdout=subprocess.PIPE) as reader:
        assert player.play(said("a", "b"), OutputSettings(output="fifo")).status == 0
        assert reader.communicate(timeout=DEADLINE)[0] == b"ab\n"


def test_a_fifo_whose_reader_goes_ends_it_silently(player: Player, tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "fifo")
    with subprocess.Popen(["head", "-c1", "fifo"], cwd=tmp_path, stdout=subprocess.DEVNULL):
        played = player.play(said(*["x" * 60_000] * 20), OutputSettings(output="fifo"))
    assert (played.stderr, played.status) == (b"", 141)


def test_a_link_to_a_file_that_is_not_there_makes_it(player: Player, tmp_path: Path, file: Path) -> None:
    file.symlink_to("target.txt")
    player.play(said("a"), TO_FILE)
    assert (tmp_path / "target.txt").read_text() == "a\n"


def test_closed_standard_streams_do_not_lend_their_number_to_the_file(player: Player, file: Path) -> None:
    settings = TO_FILE._replace(usage=True, write_out="x", reasoning="show")
    assert player.play(said("a"), settings, redirect=">&- 2>&-").status == 0
    assert file.read_text() == "a\n"


def test_a_name_of_digits_is_a_file(player: Player, tmp_path: Path) -> None:
    player.play(arrive(*said("a")[1].events), OutputSettings(output="3"))
    assert (tmp_path / "3").read_text() == "a"
