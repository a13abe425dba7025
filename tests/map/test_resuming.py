"""-o FILE --resume: after whatever ended the run, the same command goes on, loses nothing and does nothing twice."""

from __future__ import annotations

import json
import random
import signal
from collections import Counter
from collections.abc import Callable
from functools import partial
from pathlib import Path
from subprocess import Popen
from typing import Any

import pytest

from dsk.scripted.faults import parse_fault
from dsk.scripted.script import Reply, Script
from dsk.scripted.server import ScriptedServer
from tests.harness import Dsk, Result, wait_requests, wait_until
from tests.map.helpers import Serve, contents, echo, first_alone, lines_of, numbered, run
from tests.map.kills import OUT, check_each_once, run_with_kills


def start(dsk: Dsk, server: ScriptedServer, *args: str) -> Any:
    return dsk.start("map", "--base-url", server.base_url, "-a", "in.txt", "-o", OUT, *args)


def go_on(dsk: Dsk, server: ScriptedServer, *args: str) -> Result:
    return run(dsk, server, "-a", "in.txt", "-o", OUT, "--resume", *args)


@pytest.fixture
def out(dsk: Dsk) -> Path:
    (dsk.home / "in.txt").write_bytes(numbered(8))
    return dsk.home / OUT


def test_what_is_complete_is_not_asked_again(dsk: Dsk, serve: Serve, out: Path) -> None:
    server = echo(serve)
    assert go_on(dsk, server, "--limit", "3").status == 0
    before = out.read_bytes()
    result = go_on(dsk, server)
    assert (result.stdout, result.errors, result.status) == (b"", "", 0)
    assert out.read_bytes().startswith(before)
    assert contents(out) == [f"record {n}" for n in range(1, 9)]
    assert len(server.requests) == 8
    assert (go_on(dsk, server).status, len(server.requests)) == (0, 8)


def has_come_to(process: Popen[bytes], server: ScriptedServer, goal: int) -> bool:
    return process.poll() is not None or len(server.requests) >= goal


@pytest.mark.parametrize("order", ["--ordered", "--unordered"])
def test_a_process_that_is_killed_again_and_again_asks_and_writes_each_record_once(
    dsk: Dsk, serve: Serve, order: str
) -> None:
    count, chance = 300, random.Random(7)
    server = serve(Script(replies=(Reply(echo=True),), first_token=0.02))

    def wait(process: Popen[bytes]) -> None:
        goal = len(server.requests) + chance.randrange(20, 60)
        wait_until(partial(has_come_to, process, server, goal), "some requests")

    kills = run_with_kills(dsk, server, count, wait, "-j", "16", order)
    assert kills > 3
    check_each_once(dsk, count, in_order=order == "--ordered")
    # Only what was in flight when it was killed may have been asked twice.
    assert len(server.requests) <= count + 16 * kills


def test_lines_that_waited_for_an_earlier_one_survive_the_kill(dsk: Dsk, serve: Serve, out: Path) -> None:
    stuck = Reply(echo=True, faults=(parse_fault("stallx1"),))
    server = serve(Script(replies=(stuck, Reply(echo=True))))
    with first_alone(dsk, server, 8, "-o", OUT) as process:
        waiting = dsk.home / f"{OUT}.waiting"
        wait_until(lambda: waiting.exists() and waiting.read_bytes().count(b"\n") == 7, "the others")
        process.kill()
        process.wait(30)
    assert out.read_bytes() == b""
    assert "holds something already" in run(dsk, server, "-a", "in.txt", "-o", OUT).errors
    assert go_on(dsk, server).status == 0
    assert [line["id"] for line in lines_of(out)] == list(range(1, 9))
    assert len(server.requests) == 9
    assert list(dsk.home.glob("out*")) == [out]


@pytest.mark.parametrize("at", [1, 5, 40, 200])
def test_a_torn_last_line_is_asked_again(dsk: Dsk, serve: Serve, out: Path, at: int) -> None:
    server = echo(serve)
    go_on(dsk, server)
    whole = out.read_bytes()
    last = whole.rstrip(b"\n").rfind(b"\n") + 1
    out.write_bytes(whole[: last + at])
    result = go_on(dsk, server)
    assert (result.status, "was torn: its record is asked again" in result.errors) == (0, True)
    assert contents(out) == [f"record {n}" for n in range(1, 9)]
    assert len(server.requests) == 9


def test_a_whole_last_line_without_its_end_is_kept(dsk: Dsk, serve: Serve, out: Path) -> None:
    server = echo(serve)
    go_on(dsk, server)
    whole = out.read_bytes()
    out.write_bytes(whole[:-1])
    assert go_on(dsk, server).status == 0
    assert (out.read_bytes(), len(server.requests)) == (whole, 8)


def test_zeros_at_the_end_as_after_a_power_loss_are_dropped(dsk: Dsk, serve: Serve, out: Path) -> None:
    server = echo(serve)
    go_on(dsk, server, "--limit", "5")
    with out.open("ab") as file:
        file.write(b"\0" * 5000)
    assert go_on(dsk, server).status == 0
    assert contents(out) == [f"record {n}" for n in range(1, 9)]


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_run_that_a_signal_ended_goes_on(dsk: Dsk, serve: Serve, out: Path, number: signal.Signals) -> None:
    stuck = Reply(echo=True, faults=(parse_fault("stall-after=1"),))
    server = serve(Script(replies=(Reply(echo=True), Reply(echo=True), stuck, Reply(echo=True))))
    with start(dsk, server, "-j", "1") as process:
        wait_until(lambda: out.exists() and out.read_bytes().count(b"\n") == 2, "two lines")
        wait_requests(server, 3)
        process.send_signal(number)
        _, errors = process.communicate(timeout=30)
    assert process.returncode == -number
    assert b"the same command with --resume goes on" in errors
    assert [line["id"] for line in lines_of(out)] == [1, 2]
    assert go_on(dsk, server).status == 0
    assert Counter(line["id"] for line in lines_of(out)) == Counter(range(1, 9))


def failing(serve: Serve) -> ScriptedServer:
    """Refuses the third record once."""
    good = Reply(echo=True)
    return serve(Script(replies=(good, good, Reply(status=400), good)))


def test_what_failed_stays_unless_it_is_to_be_asked_again(dsk: Dsk, serve: Serve, out: Path) -> None:
    server = failing(serve)
    assert go_on(dsk, server, "-j", "1").status == 1
    result = go_on(dsk, server)
    assert (result.status, len(server.requests)) == (1, 8)
    assert "1 of 8 records are not complete: 1 of them in an earlier run" in result.errors
    assert "--retry-failed asks them again" in result.errors
    again = run(dsk, server, "-a", "in.txt", "-o", OUT, "--retry-failed")
    assert (again.errors, again.status, len(server.requests)) == ("", 0, 9)
    assert [line["id"] for line in lines_of(out)] == list(range(1, 9))
    assert all(line["status"] == 0 for line in lines_of(out))
    assert list(dsk.home.glob("out*")) == [out]


def test_the_file_keeps_its_mode_when_its_failures_go(dsk: Dsk, serve: Serve, out: Path) -> None:
    server = failing(serve)
    go_on(dsk, server, "-j", "1")
    out.chmod(0o640)
    run(dsk, server, "-a", "in.txt", "-o", OUT, "--retry-failed")
    assert out.stat().st_mode & 0o777 == 0o640


@pytest.mark.parametrize(
    "args", [("Say {}",), ("-m", "deepseek-v4-pro"), ("-s", "Be kind")], ids=["words", "model", "system"]
)
def test_another_template_or_model_is_noticed(dsk: Dsk, serve: Serve, out: Path, args: tuple[str, ...]) -> None:
    server = echo(serve)
    go_on(dsk, server, "--limit", "3")
    before = out.read_bytes()
    result = go_on(dsk, server, *args)
    assert result.status == 2
    assert f"{OUT} was made with another template, or other options: 3 of its 3 lines" in result.errors
    assert (out.read_bytes(), len(server.requests)) == (before, 3)
    assert go_on(dsk, server, "--force", *args).status == 0
    assert (len(lines_of(out)), len(server.requests)) == (8, 8)


def test_a_changed_input_is_noticed_and_only_what_is_new_is_asked(dsk: Dsk, serve: Serve, out: Path) -> None:
    server = echo(serve)
    go_on(dsk, server)
    assert len(lines_of(out)) == 8
    (dsk.home / "in.txt").write_bytes(b"first\n" + numbered(8).replace(b"record 5\n", b"another\n"))
    result = go_on(dsk, server)
    assert result.status == 0
    assert f"1 lines of {OUT} answer records that are not in the input" in result.errors
    assert {request.json["messages"][-1]["content"] for request in server.requests[8:]} == {"first", "another"}


def test_lines_are_put_in_the_order_that_the_input_has_now(dsk: Dsk, serve: Serve, out: Path) -> None:
    server = echo(serve)
    go_on(dsk, server)
    lines = out.read_bytes().splitlines(keepends=True)
    lines.insert(3, b"a comment\n")
    out.write_bytes(b"".join(lines))
    # The first record is gone, and one is new.
    numbers = (8, 9, 3, 2, 7, 6, 5, 4)
    (dsk.home / "in.txt").write_text("".join(f"record {n}\n" for n in numbers))
    assert go_on(dsk, server, "--limit", "1").status == go_on(dsk, server, "--unordered", "--limit", "1").status == 0
    assert out.read_bytes() == b"".join(lines)
    assert go_on(dsk, server).status == 0
    seen = [line if line == lines[3] else json.loads(line)["content"] for line in out.read_bytes().splitlines(True)]
    wanted: list[bytes | str] = [f"record {n}" for n in (1, *numbers)]
    wanted.insert(wanted.index("record 3") + 1, lines[3])
    assert (seen, len(server.requests)) == (wanted, 9)


def test_equal_records_are_each_asked_once(dsk: Dsk, serve: Serve, out: Path) -> None:
    (dsk.home / "in.txt").write_bytes(b"same\n" * 6)
    server = echo(serve)
    go_on(dsk, server, "--limit", "4")
    assert go_on(dsk, server).status == 0
    assert (contents(out), len(server.requests)) == (["same"] * 6, 6)


@pytest.mark.parametrize("text", ["my notes\n", "my notes", '{"id": 1}\n', "[]\n"])
def test_a_file_that_is_none_of_ours_is_left_alone(dsk: Dsk, serve: Serve, out: Path, text: str) -> None:
    out.write_text(text)
    result = go_on(dsk, echo(serve))
    assert (result.status, f"{OUT} is no output of dsk map" in result.errors) == (2, True)
    assert out.read_text() == text


def test_lines_between_ours_are_told_and_kept(dsk: Dsk, serve: Serve, out: Path) -> None:
    server = echo(serve)
    go_on(dsk, server, "--limit", "2")
    with out.open("a") as file:
        file.write("a comment\n")
    result = go_on(dsk, server)
    assert (result.status, f"1 line of {OUT} is no result: it is left alone" in result.errors) == (0, True)
    assert out.read_text().count("a comment\n") == 1


def test_lines_of_text_cannot_be_gone_on_with(dsk: Dsk, serve: Serve, out: Path) -> None:
    result = go_on(dsk, echo(serve), "--format", "text")
    assert (result.status, "do not tell which record is whose" in result.errors) == (2, True)
    assert not out.exists()


def test_batch_results_are_gone_on_with_too(dsk: Dsk, serve: Serve, out: Path) -> None:
    def line(n: int) -> str:
        return json.dumps(
            {
                "custom_id": f"r{n}",
                "body": {"model": "deepseek-flash", "messages": [{"role": "user", "content": f"{n}"}]},
            }
        )

    (dsk.home / "in.txt").write_text("\n".join(map(line, range(6))))
    server = echo(serve)
    go_on(dsk, server, "--input", "jsonl", "--limit", "2")
    assert go_on(dsk, server, "--input", "jsonl").status == 0
    assert [found["custom_id"] for found in lines_of(out)] == [f"r{n}" for n in range(6)]
    assert len(server.requests) == 6


def test_a_descriptor_of_no_file_holds_nothing(dsk: Dsk, serve: Serve, out: Path) -> None:
    result = run(dsk, echo(serve), "-a", "in.txt", "-o", "/dev/null", "--resume")
    assert (result.status, "no file that could hold anything" in result.errors) == (2, True)
    assert run(dsk, echo(serve), "-a", "in.txt", "-o", "/dev/null").status == 0
    assert not out.exists()


@pytest.fixture
def cut(dsk: Dsk, serve: Serve) -> Callable[[bytes], Result]:
    def go(data: bytes) -> Result:
        (dsk.home / OUT).write_bytes(data)
        return go_on(dsk, echo(serve))

    return go


def test_however_much_of_a_file_is_left_it_is_made_whole(
    dsk: Dsk, serve: Serve, out: Path, cut: Callable[[bytes], Result]
) -> None:
    (dsk.home / "in.txt").write_bytes(numbered(3))
    go_on(dsk, echo(serve))
    whole = out.read_bytes()
    chance = random.Random(3)
    for size in sorted(chance.sample(range(len(whole)), 8)):
        assert cut(whole[:size]).status == 0
        assert [line["id"] for line in lines_of(out)] == [1, 2, 3]
