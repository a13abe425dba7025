"""``--reasoning-to``, ``--events-to`` and ``--usage-to``: descriptors and files beside the answer."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from dsk.errors import BrokenFault
from dsk.output.settings import OutputSettings
from dsk.stream.events import Reasoning, Usage
from tests.output.playing import Player, arrive, said

OPTIONS = {"reasoning_to": "--reasoning-to", "events_to": "--events-to", "usage_to": "--usage-to"}
THOUGHT = [*arrive(Reasoning("so ", 0)), *arrive(Reasoning("so", 0), Usage({"total_tokens": 3})), *said("Hello")]


def settings_with(**values: str) -> OutputSettings:
    return OutputSettings(**values)  # type: ignore[arg-type]


def test_a_number_is_an_open_descriptor(player: Player, tmp_path: Path) -> None:
    settings = settings_with(reasoning_to="3", events_to="4", usage_to="5")
    assert player.play(THOUGHT, settings, redirect="3>think.txt 4>ev.jsonl 5>>usage.jsonl") == (b"Hello\n", b"", 0)
    assert (tmp_path / "think.txt").read_bytes() == b"so so\n"
    types = [json.loads(line)["type"] for line in (tmp_path / "ev.jsonl").read_text().splitlines()]
    assert types == ["reasoning", "reasoning", "usage", "start", "content", "end"]
    assert json.loads((tmp_path / "usage.jsonl").read_text())["usage"] == {"total_tokens": 3}


@pytest.mark.parametrize("field", OPTIONS)
def test_anything_else_is_a_path_whose_file_is_begun_anew(player: Player, tmp_path: Path, field: str) -> None:
    (tmp_path / "side.txt").write_text("old " * 1000)
    assert player.play(THOUGHT, settings_with(**{field: "side.txt"})).stdout == b"Hello\n"
    text = (tmp_path / "side.txt").read_text()
    assert text
    assert "old" not in text


@pytest.mark.parametrize("field", OPTIONS)
def test_a_number_that_no_descriptor_has_is_named_as_it_was_given(player: Player, field: str) -> None:
    played = player.play(THOUGHT, settings_with(**{field: "99999999999999999999"}))
    assert (played.stdout, played.status) == (b"", 2)
    assert "descriptor 99999999999999999999 is not open" in played.stderr.decode()


@pytest.mark.parametrize("field", OPTIONS)
@pytest.mark.parametrize("redirect", ["", "7</dev/null"], ids=["closed", "read-only"])
def test_a_descriptor_that_cannot_be_written_to_is_a_usage_error(player: Player, field: str, redirect: str) -> None:
    option = OPTIONS[field]
    played = player.play(THOUGHT, settings_with(**{field: "7"}), redirect=redirect)
    assert played.stderr.decode() == (
        f"dsk: {option} 7: descriptor 7 is not open for writing\n"
        f"dsk: hint: open it in the shell, as in {option} 7 7>FILE\n"
    )
    assert (played.stdout, played.status) == (b"", 2)


def test_a_number_that_no_descriptor_can_have_is_a_usage_error(player: Player) -> None:
    assert player.play(THOUGHT, settings_with(events_to="9" * 30)).status == 2


@pytest.mark.parametrize("field", OPTIONS)
def test_a_path_that_cannot_be_opened_is_named_with_the_option(player: Player, field: str) -> None:
    played = player.play(THOUGHT, settings_with(**{field: "no/such"}))
    assert played.stderr.decode() == (
        f"dsk: cannot write to no/such: no such file or directory\ndsk: hint: {OPTIONS[field]} names another file\n"
    )
    assert (played.stdout, played.status) == (b"", 1)


def test_several_may_share_a_descriptor(player: Player, tmp_path: Path) -> None:
    player.play(THOUGHT, settings_with(reasoning_to="3", usage_to="3"), redirect="3>both")
    lines = (tmp_path / "both").read_text().splitlines()
    assert lines[0] == "so so"
    assert json.loads(lines[1])["usage"] == {"total_tokens": 3}


def test_several_may_share_a_file_under_different_names(player: Player, tmp_path: Path) -> None:
    (tmp_path / "link").symlink_to("both")
    player.play(THOUGHT, settings_with(reasoning_to="./both", usage_to="link"))
    assert [line[:1] for line in (tmp_path / "both").read_text().splitlines()] == ["s", "{"]


def test_stdout_can_be_shared_by_its_number(player: Player) -> None:
    assert player.play(THOUGHT, settings_with(reasoning_to="1")).stdout == b"so so\n\nHello\n"


def test_a_dash_is_stdout(player: Player) -> None:
    assert player.play(THOUGHT, settings_with(output="/dev/null", reasoning_to="-")).stdout == b"so so\n"


def test_a_full_side_lets_the_answer_flow_and_is_told_at_the_end(player: Player) -> None:
    played = player.play(THOUGHT, settings_with(events_to="3"), redirect="3>/dev/full")
    said = (
        b"dsk: cannot write to descriptor 3: no space left on device\ndsk: hint: free some room, or write elsewhere\n"
    )
    assert played == (b"Hello\n", said, 1)


def test_a_full_side_of_a_run_that_failed_is_a_warning(player: Player) -> None:
    played = player.play(
        THOUGHT, settings_with(events_to="/dev/full"), failure=BrokenFault("the stream broke", hint="run it again")
    )
    assert played.stderr.decode() == (
        "dsk: warning: cannot write to /dev/full: no space left on device\n"
        "dsk: the stream broke\n"
        "dsk: hint: run it again\n"
    )
    assert played.status == 12


def test_a_side_whose_reader_has_gone_is_no_failure(player: Player) -> None:
    played = player.play(THOUGHT * 50, settings_with(events_to="3"), redirect="3> >(head -1 >&2; exec <&-)")
    assert (played.stdout, played.status) == (b"Hello" * 50 + b"\n", 0)


def test_stderr_is_reported_on_if_it_was_named(player: Player) -> None:
    assert player.play(THOUGHT, settings_with(reasoning_to="2"), redirect="2>/dev/full").status == 1


def test_a_side_on_stdout_does_not_end_an_answer_that_goes_elsewhere(player: Player, tmp_path: Path) -> None:
    settings = settings_with(output="answer", events_to="1")
    assert player.play(THOUGHT, settings, redirect="> >(exec <&-; sleep 0)").status == 0
    assert (tmp_path / "answer").read_text() == "Hello\n"


def test_a_failing_answer_does_not_keep_the_sides_from_their_end(player: Player, tmp_path: Path) -> None:
    settings = settings_with(events_to="ev.jsonl")
    assert player.play(THOUGHT, settings, redirect=">/dev/full").status == 1
    last = json.loads((tmp_path / "ev.jsonl").read_text().splitlines()[-1])
    assert (last["type"], last["message"]) == ("error", "cannot write to stdout: no space left on device")


def test_no_record_of_usage_is_made_of_a_request_that_failed(player: Player, tmp_path: Path) -> None:
    player.play([], settings_with(usage_to="5"), failure=BrokenFault("x"), redirect="5>>usage.jsonl", http_status=None)
    assert (tmp_path / "usage.jsonl").read_bytes() == b""
