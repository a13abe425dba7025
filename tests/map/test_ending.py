"""How a run ends before its records do: signals, readers that go, full disks, too many failures, enough tokens."""

from __future__ import annotations

import os
import re
import signal
import subprocess

import pexpect
import pytest

from dsk.scripted.faults import parse_fault
from dsk.scripted.script import Reply, Script
from tests.harness import DSK, KEY, Dsk, wait_requests, wait_until
from tests.map.helpers import Serve, contents, echo, first_alone, lines_of, numbered, run


def in_file(dsk: Dsk, count: int) -> None:
    (dsk.home / "in.txt").write_bytes(numbered(count))


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_a_signal_ends_it_and_closes_all_connections_and_writes_what_is_done(
    dsk: Dsk, serve: Serve, number: signal.Signals
) -> None:
    stuck = Reply(echo=True, faults=(parse_fault("stall-after=1"),))
    server = serve(Script(replies=(stuck, Reply(echo=True), Reply(echo=True), stuck)))
    with first_alone(dsk, server, 9, "-j", "4") as process:
        wait_requests(server, 6)
        wait_until(lambda: sum(r.ended is not None for r in server.requests) >= 2, "the two that end")
        process.send_signal(number)
        stdout, stderr = process.communicate(timeout=30)
    assert process.returncode == -number
    # The first never came: what was done after it is written all the same.
    ids = [line["id"] for line in lines_of(stdout)]
    assert (len(ids), ids) == (2, sorted(set(ids) - {1}))
    assert re.search(rb"2 records done, 4 in flight given up", stderr)
    wait_until(lambda: all(r.ended for r in server.requests), "the end of all connections")


def test_a_second_signal_ends_it_whatever_stands_in_the_way(dsk: Dsk, serve: Serve) -> None:
    server = serve(Script(replies=(Reply(text="x" * 100_000),)))
    in_file(dsk, 50)
    read, write = os.pipe()
    with dsk.start("map", "--base-url", server.base_url, "-a", "in.txt", stdout=write) as process:
        os.close(write)
        wait_requests(server, 2)
        process.send_signal(signal.SIGINT)
        process.send_signal(signal.SIGINT)
        assert process.wait(30) == -signal.SIGINT
    os.close(read)


def test_while_it_waits_for_records_a_signal_ends_it(dsk: Dsk, serve: Serve) -> None:
    server = echo(serve)
    with dsk.start("map", "--base-url", server.base_url, stdin=subprocess.PIPE) as process:
        assert process.stdin
        assert process.stdout
        process.stdin.write(b"one\n")
        process.stdout.readline()
        process.send_signal(signal.SIGINT)
        assert process.wait(30) == -signal.SIGINT


def test_a_pipe_that_stays_silent_is_told_of(dsk: Dsk, serve: Serve) -> None:
    read, write = os.pipe()
    with dsk.start("map", "--base-url", echo(serve).base_url, stdin=read) as process:
        os.close(read)
        assert process.stderr
        assert b"waiting for records on standard input; -a reads a file" in process.stderr.readline()
        os.write(write, b"late\n")
        os.close(write)
        stdout, _ = process.communicate(timeout=30)
    assert (contents(stdout), process.returncode) == (["late"], 0)


def test_a_reader_that_goes_ends_it_at_once(dsk: Dsk, serve: Serve) -> None:
    server = echo(serve)
    in_file(dsk, 2000)
    result = dsk.shell(f'dsk map --base-url {server.base_url} -a in.txt | head -n 1; echo "${{PIPESTATUS[0]}}"')
    line, status = result.stdout.splitlines()
    assert (contents(line + b"\n"), status, result.stderr) == (["record 1"], b"141", b"")
    assert len(server.requests) < 1000


def test_a_reader_that_goes_while_nothing_comes_ends_it_too(dsk: Dsk, serve: Serve) -> None:
    server = echo(serve, "stall")
    in_file(dsk, 3)
    read, write = os.pipe()
    with dsk.start("map", "--base-url", server.base_url, "-a", "in.txt", stdout=write) as process:
        os.close(write)
        wait_requests(server, 3)
        os.close(read)
        assert process.wait(30) == -signal.SIGPIPE


def test_a_full_disk_is_one_line_and_status_1(dsk: Dsk, serve: Serve) -> None:
    in_file(dsk, 20)
    for args in ("-o /dev/full", "> /dev/full"):
        result = dsk.shell(f"dsk map --base-url {echo(serve).base_url} -a in.txt {args}")
        assert result.status == 1
        first, second = result.errors.splitlines()
        assert re.fullmatch(r"dsk: cannot write to (stdout|/dev/full): no space left on device", first)
        assert second == "dsk: hint: free some room, or write elsewhere"


def test_a_closed_stdout_is_told_before_anything_is_sent(dsk: Dsk, serve: Serve) -> None:
    server = echo(serve)
    in_file(dsk, 2)
    result = dsk.shell(f"dsk map --base-url {server.base_url} -a in.txt >&-")
    assert (result.status, server.requests) == (1, [])
    assert "cannot write to stdout" in result.errors


def test_halt_ends_it_after_so_many_failures(dsk: Dsk, serve: Serve) -> None:
    server = echo(serve, "400")
    result = run(dsk, server, "-j", "1", "--halt", "fail=3", stdin=numbered(50))
    assert (result.status, len(server.requests), len(lines_of(result.stdout))) == (1, 3, 3)
    assert "3 of 3 records are not complete: halted: 3 records failed (--halt)" in result.errors


def test_halt_ends_it_after_such_a_share_of_failures(dsk: Dsk, serve: Serve) -> None:
    server = serve(Script(replies=(*[Reply(echo=True)] * 18, Reply(status=400))))
    result = run(dsk, server, "-j", "1", "--halt", "fail=10%", stdin=numbered(50))
    assert (result.status, len(server.requests)) == (1, 20)
    assert "halted: 2 of 20 records failed (--halt)" in result.errors


@pytest.mark.parametrize(("fault", "why"), [("401", "the key is refused"), ("402", "the balance is used up")])
def test_what_holds_for_all_records_ends_it_at_once(dsk: Dsk, serve: Serve, fault: str, why: str) -> None:
    server = echo(serve, fault)
    result = run(dsk, server, "-j", "2", stdin=numbered(50))
    assert (result.status, len(server.requests) <= 4) == (1, True)
    assert f"halted: {why}" in result.errors
    assert KEY not in result.errors


def test_so_many_tokens_and_no_more(dsk: Dsk, serve: Serve) -> None:
    server = echo(serve)
    result = run(dsk, server, "-j", "1", "--max-tokens-total", "30", stdin=numbered(50))
    spent = [line["usage"]["total_tokens"] for line in lines_of(result.stdout)]
    assert sum(spent) >= 30 > sum(spent[:-1])
    assert (result.status, f"{sum(spent)} tokens are used up (--max-tokens-total)" in result.errors) == (1, True)


def test_the_failures_are_counted_by_status(dsk: Dsk, serve: Serve) -> None:
    server = serve(
        Script(replies=(Reply(status=400), Reply(status=400), Reply(finish_reason="length"), Reply(echo=True)))
    )
    result = run(dsk, server, "-j", "1", stdin=numbered(5))
    assert result.errors.splitlines()[-4:] == [
        "dsk: 2  status 9   refused",
        "dsk: 1  status 10  cut by the token limit",
        "dsk: 3 of 5 records are not complete",
        "dsk: hint: with -o FILE, --resume goes on and --retry-failed asks them again",
    ]


def test_only_the_first_failures_are_told_one_by_one(dsk: Dsk, serve: Serve) -> None:
    result = run(dsk, echo(serve, "400"), stdin=numbered(30))
    assert result.errors.count("dsk: record ") == 10
    assert "further failures are told by their lines only" in result.errors


def test_every_so_often_a_line_tells_how_far_it_is(dsk: Dsk, serve: Serve) -> None:
    server = serve(Script(replies=(Reply(echo=True),), first_token=0.2))
    in_file(dsk, 6)
    result = run(dsk, server, "-j", "2", "--progress", "0.1", "-a", "in.txt")
    lines = result.errors.splitlines()
    assert len(lines) > 2
    form = r"dsk: \d/6 done, \d in flight, 0 failed, \d+ tokens/s(, ETA \d:\d\d)?"
    assert all(re.fullmatch(form, line) for line in lines[1:])
    assert lines[-1].startswith("dsk: 6/6 done, 0 in flight")


def test_sigusr1_tells_how_far_it_is(dsk: Dsk, serve: Serve) -> None:
    server = serve(Script(replies=(Reply(echo=True), Reply(echo=True, faults=(parse_fault("stall"),)))))
    with first_alone(dsk, server, 3) as process:
        assert process.stdout
        assert process.stderr
        process.stdout.readline()
        wait_until(lambda: len(server.requests) == 3, "the requests")
        process.send_signal(signal.SIGUSR1)
        assert re.match(rb"dsk: 1 done, 2 in flight, 0 failed", process.stderr.readline())
        process.terminate()
        process.wait(30)


def test_on_a_terminal_a_bar_shows_how_far_it_is_and_goes_at_the_end(dsk: Dsk, serve: Serve) -> None:
    server = serve(Script(replies=(Reply(echo=True), Reply(status=400), Reply(echo=True)), first_token=0.3))
    in_file(dsk, 5)
    command = [*DSK, "map", "--base-url", server.base_url, "-j", "1", "-a", "in.txt", "-o", "out"]
    child = pexpect.spawn(
        command[0], command[1:], env=dsk.env, cwd=str(dsk.home), encoding="utf-8", timeout=30, dimensions=(24, 100)
    )
    child.expect("record 2 .line 2 of in.txt.: ")
    child.expect(r"3/5 +1 in flight +1 failed")
    child.expect("ETA 0:0")
    child.expect("1 of 5 records are not complete")
    child.expect(pexpect.EOF)
    child.close()
    assert child.exitstatus == 1


def test_on_a_terminal_a_run_to_a_file_says_at_the_end_what_is_there(dsk: Dsk, serve: Serve) -> None:
    server = echo(serve)
    in_file(dsk, 5)
    assert run(dsk, server, "-a", "in.txt", "-o", "out", "--limit", "2").errors == ""
    command = [*DSK, "map", "--base-url", server.base_url, "-a", "in.txt", "-o", "out", "--resume"]
    for seen in ("dsk: 5/5 done, 2 of them before: out", "dsk: 5/5 done, nothing was left to ask: out had them all"):
        child = pexpect.spawn(command[0], command[1:], env=dsk.env, cwd=str(dsk.home), encoding="utf-8", timeout=30)
        child.expect_exact(seen)
        child.expect(pexpect.EOF)
        child.close()
        assert child.exitstatus == 0


def test_without_a_key_nothing_is_begun(dsk: Dsk) -> None:
    result = dsk.run("map", stdin=b"x\n", env={"DEEPSEEK_API_KEY": ""})
    assert (result.stdout, result.status) == (b"", 3)


def test_defaults_of_ask_hold_where_they_mean_the_same(dsk: Dsk, serve: Serve) -> None:
    server = echo(serve)
    dsk.write_config('[defaults]\njson = true\nresume = 0\noutput = "elsewhere"\nmax-tokens = 7\nsystem = "s"\n')
    result = run(dsk, server, stdin=b"x\n")
    assert (contents(result.stdout), result.status) == (["x"], 0)
    assert server.requests[0].json["max_tokens"] == 7
    assert server.requests[0].json["messages"][0] == {"role": "system", "content": "s"}
