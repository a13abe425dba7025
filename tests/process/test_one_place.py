"""stdout and stderr that are one file: messages, reasoning and the answer stay on lines of their own."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from dsk.scripted.faults import parse_fault
from dsk.scripted.script import Reply, Script
from dsk.scripted.server import ScriptedServer
from tests.harness import Dsk

Serve = Callable[[Script], ScriptedServer]
CUT = Script(replies=(Reply(text="one two three four", reasoning="hm"),), faults=(parse_fault("drop-after=3"),))


@pytest.mark.parametrize("joined", ["> log 2>&1", "2>&1 | cat > log"], ids=["file", "pipe"])
def test_a_failure_begins_a_line_after_a_cut_answer(dsk: Dsk, serve: Serve, joined: str) -> None:
    dsk.shell(f"dsk ask --base-url {serve(CUT).base_url} --no-resume hi {joined}")
    answer, first, second = (dsk.home / "log").read_text().splitlines()
    assert "one two" in answer
    assert "dsk" not in answer
    assert first.startswith("dsk: the stream broke: ")
    assert second.startswith("dsk: hint: ")


def test_so_does_the_usage_line_and_nothing_is_said_twice(dsk: Dsk, serve: Serve) -> None:
    dsk.shell(f"dsk ask -u --base-url {serve(CUT).base_url} --no-resume hi > log 2>&1")
    text = (dsk.home / "log").read_text()
    assert "\ndsk: usage: " in text
    assert "\n\n" not in text


def test_the_bytes_on_a_stdout_of_its_own_stay_exact(dsk: Dsk, serve: Serve) -> None:
    result = dsk.shell(f"dsk ask --base-url {serve(CUT).base_url} --no-resume hi")
    assert not result.stdout.endswith(b"\n")
    assert result.errors.startswith("dsk: the stream broke: ")


def test_a_whole_answer_and_a_note_need_no_empty_line(dsk: Dsk, serve: Serve) -> None:
    server = serve(Script(replies=(Reply(text="yes"),)))
    dsk.shell(f"dsk ask -u --no-newline --base-url {server.base_url} hi > log 2>&1")
    answer, usage = (dsk.home / "log").read_text().splitlines()
    assert answer == "yes"
    assert usage.startswith("dsk: usage: ")


@pytest.mark.parametrize("place", ["1", "-", "answer.txt", "/dev/stdout"])
def test_events_and_text_in_one_place_are_a_usage_error_before_anything_is_sent(
    dsk: Dsk, serve: Serve, place: str
) -> None:
    server = serve(CUT)
    output = ["-o", "answer.txt"] if place == "answer.txt" else []
    result = dsk.run("ask", "--base-url", server.base_url, *output, "--events-to", place, "hi", stdin=None)
    assert (result.stdout, result.status) == (b"", 2)
    assert result.errors.startswith(f"dsk: --events-to {place}: the answer goes there as text")
    assert server.requests == []
    assert not (dsk.home / "answer.txt").exists()


@pytest.mark.parametrize("option", ["--reasoning-to 1", "--reasoning-to -", "--reasoning show", "--reasoning-to 2"])
def test_reasoning_and_answer_in_one_file_are_kept_apart(dsk: Dsk, serve: Serve, option: str) -> None:
    server = serve(Script(replies=(Reply(text="yes", reasoning="hm"),)))
    dsk.shell(f"dsk ask --think {option} --base-url {server.base_url} hi > log 2>&1")
    assert (dsk.home / "log").read_text() == "hm\n\nyes\n"


def test_reasoning_in_the_file_of_the_answer_is_kept_apart(dsk: Dsk, serve: Serve) -> None:
    server = serve(Script(replies=(Reply(text="yes", reasoning="hm"),)))
    dsk.shell(f"dsk ask --think -o log --reasoning-to log --base-url {server.base_url} hi")
    assert (dsk.home / "log").read_text() == "hm\n\nyes\n"


@pytest.mark.parametrize(
    ("words", "why"),
    [
        ("ask --reasoning-to x --events-to ./x", "--reasoning-to x: the events go there"),
        ("ask --reasoning-to 3 --events-to 3 3> x", "--reasoning-to 3: the events go there"),
        ("ask --reasoning-to /dev/stderr --events-to 2", "--reasoning-to /dev/stderr: the events go there"),
        ("ask --json --reasoning-to -", "--reasoning-to -: the answer goes there as JSON"),
        ("ask --jsonl --reasoning-to x -o x", "--reasoning-to x: the answer goes there as JSON"),
        ("ask --raw --reasoning-to 1", "--reasoning-to 1: the answer goes there as frames"),
        ("decode --reasoning-to x --events-to x", "--reasoning-to x: the events go there"),
    ],
)
def test_reasoning_and_json_in_one_place_are_a_usage_error_before_anything_is_sent(
    dsk: Dsk, serve: Serve, words: str, why: str
) -> None:
    server = serve(CUT)
    result = dsk.shell(f"export DSK_BASE_URL={server.base_url}; dsk {words} hi".replace("3> x hi", "hi 3> x"))
    assert (result.stdout, result.status) == (b"", 2)
    assert result.errors == f"dsk: {why}\ndsk: hint: name another descriptor or file\n"
    assert server.requests == []
