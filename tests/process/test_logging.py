"""The log of whole processes: what is kept, when, and what a log that cannot be written does to an answer."""

from __future__ import annotations

import json
import os
import signal
import sqlite3
import stat
import subprocess
import time
from collections.abc import Callable
from contextlib import closing, suppress
from pathlib import Path
from typing import Any

import pytest

from dsk.scripted.faults import parse_fault
from dsk.scripted.script import Reply, Script
from dsk.scripted.server import ScriptedServer
from tests.harness import KEY, Dsk, Result, wait_until

Serve = Callable[[Script], ScriptedServer]
TEXT = "one two three four five"


def faulty(serve: Serve, *faults: str, text: str = TEXT) -> ScriptedServer:
    return serve(Script(replies=(Reply(text=text),), faults=tuple(parse_fault(f) for f in faults)))


def ask(dsk: Dsk, server: ScriptedServer, *args: str) -> Result:
    return dsk.run("ask", "--base-url", server.base_url, "--retry", "0", "--no-resume", *args, "hi", stdin=None)


def last(dsk: Dsk) -> dict[str, Any]:
    result = dsk.run("log", "show", "-1", "--json")
    assert result.status == 0, result.errors
    found: dict[str, Any] = json.loads(result.stdout)
    return found


def database(dsk: Dsk) -> Path:
    return Path(dsk.env["XDG_STATE_HOME"]) / "dsk" / "log.db"


def test_an_answer_is_in_the_log(dsk: Dsk, serve: Serve) -> None:
    server = faulty(serve)
    ask(dsk, server)
    row = last(dsk)
    assert (row["content"], row["status"], row["finish_reason"]) == (TEXT, 0, "stop")
    assert dsk.run("log", "show", "-1", "--answer").stdout == TEXT.encode()
    assert stat.S_IMODE(database(dsk).stat().st_mode) == 0o600
    assert KEY.encode() not in b"".join(path.read_bytes() for path in database(dsk).parent.iterdir())


def test_a_long_answer_is_in_the_log_as_any_other_and_goes_as_whole(dsk: Dsk, serve: Serve) -> None:
    text = "many words " * 20_000 + "finis"
    assert ask(dsk, faulty(serve, text=text)).stdout == text.encode() + b"\n"
    row = last(dsk)
    assert (row["content"], row["status"], row["finish_reason"]) == (text, 0, "stop")
    assert dsk.run("log", "show", "-1", "--answer").stdout == text.encode()
    assert "finis" in dsk.run("log", "search", "finis").text
    assert dsk.run("log", "prune", "--all", "--yes").status == 0
    assert b"many words" not in b"".join(path.read_bytes() for path in database(dsk).parent.iterdir())


def test_no_log_keeps_nothing(dsk: Dsk, serve: Serve) -> None:
    server = faulty(serve)
    assert ask(dsk, server, "-n").status == 0
    assert ask(dsk, server, "--no-log").status == 0
    assert not database(dsk).exists()


@pytest.mark.parametrize(
    ("fault", "status", "content"),
    [
        ("drop-after=3", 12, "one two three"),
        ("finish=length", 10, TEXT),
        ("finish=content_filter", 11, TEXT),
        ("500", 6, ""),
        ("stall-after=3", 8, "one two three"),
    ],
)
def test_failures_are_kept_with_their_text(dsk: Dsk, serve: Serve, fault: str, status: int, content: str) -> None:
    assert ask(dsk, faulty(serve, fault), "--stall", "0.5").status == status
    row = last(dsk)
    assert (row["content"], row["status"]) == (content, status)
    assert row["error"]


def test_what_stdout_did_not_take_is_in_the_log(dsk: Dsk, serve: Serve) -> None:
    server = faulty(serve, "one-write")
    result = dsk.shell(f"dsk ask --base-url {server.base_url} hi >/dev/full")
    assert result.status == 1
    row = last(dsk)
    assert (row["content"], row["status"]) == (TEXT, 1)


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_a_signal_keeps_the_text(dsk: Dsk, serve: Serve, number: signal.Signals) -> None:
    server = faulty(serve, "stall-after=3")
    with dsk.start("ask", "--base-url", server.base_url, "hi") as process:
        assert process.stdout
        seen = b""
        while seen != b"one two three":
            seen += os.read(process.stdout.fileno(), 100)
        process.send_signal(number)
        process.communicate(timeout=30)
    assert process.returncode == -number
    row = last(dsk)
    assert (row["content"], row["status"]) == ("one two three", 128 + number)


def test_a_resumed_answer_is_one_answer_in_the_log(dsk: Dsk, serve: Serve) -> None:
    server = faulty(serve, "drop-after=3x1")
    dsk.run("ask", "--base-url", server.base_url, "hi", stdin=None)
    row = last(dsk)
    assert (row["content"], row["status"], len(row["resumed"])) == (TEXT, 0, 1)


def test_many_at_once_lose_no_row(dsk: Dsk, serve: Serve) -> None:
    server = faulty(serve)
    script = "for i in $(seq 40); do dsk ask -I --base-url $URL $i & done; wait"
    result = dsk.shell(script, env={"URL": server.base_url}, timeout=120)
    assert result.errors == ""
    with closing(sqlite3.connect(database(dsk))) as connection:
        rows = connection.execute("select content, status from runs").fetchall()
    assert rows == [(TEXT, 0)] * 40


def read_only(dsk: Dsk) -> None:
    database(dsk).parent.parent.mkdir(parents=True)
    database(dsk).parent.write_text("a file where the folder should be")


def corrupt(dsk: Dsk) -> None:
    database(dsk).parent.mkdir(parents=True)
    database(dsk).write_bytes(b"this is no database, and it is long enough to be looked at" * 100)


def newer(dsk: Dsk) -> None:
    database(dsk).parent.mkdir(parents=True)
    with closing(sqlite3.connect(database(dsk))) as connection:
        connection.execute("pragma user_version = 9999")
        connection.execute("create table future (x)")


@pytest.mark.parametrize("damage", [read_only, corrupt, newer])
def test_a_log_that_cannot_be_written_is_one_warning_and_the_answer_flows(
    dsk: Dsk, serve: Serve, damage: Callable[[Dsk], None]
) -> None:
    damage(dsk)
    result = ask(dsk, faulty(serve))
    assert (result.stdout, result.status) == (TEXT.encode() + b"\n", 0)
    assert result.errors.startswith("dsk: warning: ")
    assert result.errors.count("\n") == 1


def test_a_locked_log_does_not_delay_a_token(dsk: Dsk, serve: Serve) -> None:
    ask(dsk, faulty(serve))
    with closing(sqlite3.connect(database(dsk), isolation_level=None)) as connection:
        connection.execute("begin exclusive")
        with dsk.start("ask", "--base-url", faulty(serve).base_url, "hi") as process:
            assert process.stdout
            seen = b""
            while seen != TEXT.encode() + b"\n":
                seen += os.read(process.stdout.fileno(), 100)
            assert process.poll() is None, "it waits for the log, the answer does not"
            connection.execute("rollback")
            assert process.wait(30) == 0
    assert last(dsk)["content"] == TEXT


def test_kill_9_loses_nothing_that_was_seen_more_than_a_second_before(dsk: Dsk, serve: Serve) -> None:
    server = serve(Script(replies=(Reply(text=" ".join(f"w{n}" for n in range(2000))),), pace=200))
    with dsk.start("ask", "--base-url", server.base_url, "hi") as process:
        assert process.stdout
        arrived: list[tuple[float, int]] = []
        total = 0
        # From the first byte on: a busy machine takes its time to begin.
        while not arrived or time.monotonic() < arrived[0][0] + 2.0:
            total += len(os.read(process.stdout.fileno(), 65536))
            arrived.append((time.monotonic(), total))
        process.kill()
        killed = time.monotonic()
        process.wait(30)
    seen = max((count for when, count in arrived if when < killed - 1.0), default=0)
    assert seen > 0
    row = last(dsk)
    assert len(row["content"]) >= seen
    assert row["status"] in (None, 137)


def test_kill_9_at_random_moments(dsk: Dsk, serve: Serve) -> None:
    """The same, many at once, each killed at another moment."""
    server = serve(Script(replies=(Reply(text=" ".join(f"w{n}" for n in range(2000))),), pace=100))
    processes: list[tuple[subprocess.Popen[bytes], Path, float]] = []
    for number in range(8):
        out = dsk.home / f"out{number}"
        with open(out, "wb") as file:
            process = dsk.start("ask", "--base-url", server.base_url, str(number), stdout=file.fileno())
        processes.append((process, out, time.monotonic() + 1.2 + 0.23 * number))
    older: dict[Path, list[tuple[float, int]]] = {out: [] for _, out, _ in processes}
    killed: dict[Path, float] = {}
    while len(killed) < len(processes):
        for process, out, when in processes:
            now = time.monotonic()
            older[out].append((now, out.stat().st_size))
            if now >= when and out not in killed:
                process.kill()
                process.wait(30)
                assert process.stderr
                process.stderr.close()
                killed[out] = now
        time.sleep(0.01)
    lines = dsk.run("log", "export").stdout.splitlines()
    kept = {row["prompt"] if "prompt" in row else _prompt(row): row["content"] for row in map(json.loads, lines)}
    for number, (_, out, _) in enumerate(processes):
        seen = max((size for when, size in older[out] if when < killed[out] - 1.0), default=0)
        content = kept.get(str(number), "")
        assert len(content) >= seen, f"run {number} lost {seen - len(content)} bytes"
        assert content.startswith(out.read_text()[:seen])


def _prompt(row: dict[str, Any]) -> str:
    body = row.get("body") or row.get("request") or {}
    body = json.loads(body) if isinstance(body, str) else body
    text: str = body["messages"][-1]["content"]
    return text


def test_log_resume_finishes_an_interrupted_answer_and_writes_the_whole(dsk: Dsk, serve: Serve) -> None:
    server = faulty(serve, "drop-after=3x1")
    assert ask(dsk, server).stdout == b"one two three"
    result = dsk.run("log", "resume")
    assert (result.stdout, result.status) == (TEXT.encode() + b"\n", 0)
    assert server.requests[-1].path == "/beta/chat/completions"
    row = last(dsk)
    assert (row["content"], row["status"]) == (TEXT, 0)
    again = dsk.run("log", "resume")
    assert (again.stdout, again.status) == (TEXT.encode() + b"\n", 0)
    assert "has its whole answer" in again.errors


def goes_on(run: int) -> str:
    return f"dsk log resume {run} goes on with it"


def hint(result: Result) -> str:
    return result.errors.splitlines()[-1].removeprefix("dsk: hint: ")


def test_a_failure_names_log_resume_where_it_goes_on_with_the_answer(dsk: Dsk, serve: Serve) -> None:
    server = faulty(serve, "drop-after=3")
    sent = dsk.run("ask", "--base-url", server.base_url, "--dry-run", "hi", stdin=None).stdout
    assert hint(ask(dsk, server, "--record", "run.sse")) == goes_on(1)
    # A replay leaves nothing in the log.
    assert hint(dsk.run("replay", "--speed", "0", "run.sse", stdin=None)) == "run it again"
    words = ("send", "--base-url", server.base_url, "--no-resume")
    assert hint(dsk.run(*words, stdin=sent)) == goes_on(2)
    # What it would not do is not promised: without a log, with several choices, JSON, tools, or at a server that
    # cannot go on.
    function = {"name": "f", "description": "", "parameters": {"type": "object", "properties": {}}}
    tools = ("--set", "tools:=" + json.dumps([{"type": "function", "function": function}]))
    for more in (("-n",), ("--json-mode",), tools, ("-P", "ollama", "-m", "m")):
        assert hint(ask(dsk, server, *more)).startswith("run it again"), more
    refusing = faulty(serve, "drop-after=3", "no-prefix")
    result = dsk.run("ask", "--base-url", refusing.base_url, "--retry", "0", "hi", stdin=None)
    assert "it cannot be taken up again: " in result.errors
    assert hint(result) == "run it again"
    assert hint(dsk.run("log", "resume")) == "try again"
    # Nothing of the answer has come.
    assert "goes on with it" not in ask(dsk, faulty(serve, "drop-after=0")).errors


def test_what_goes_on_with_an_answer_is_said_alike_on_stderr_in_json_and_in_the_log(dsk: Dsk, serve: Serve) -> None:
    server = faulty(serve, "drop-after=3")
    for number, form in enumerate(("--json", "--jsonl"), 1):
        result = ask(dsk, server, form)
        told = json.loads(result.stdout.splitlines()[-1])["error"]
        assert hint(result) == goes_on(number) == told["hint"]
        row = last(dsk)
        assert (row["run"], row["error"]) == (number, told)
        assert f"Hint:     {goes_on(number)}\n" in dsk.run("log", "show").text
    # What is not in the log is not promised of it.
    (folder := database(dsk).parent).rename(dsk.home / "gone")
    folder.write_text("in the way")
    result = ask(dsk, server, "--json")
    assert hint(result) == "run it again" == json.loads(result.stdout)["error"]["hint"]
    assert "cannot be written" in result.errors


def test_log_resume_that_the_token_limit_cuts_is_gone_on_with_by_another(dsk: Dsk, serve: Serve) -> None:
    server = faulty(serve)
    assert hint(ask(dsk, server, "--max-tokens", "1")) == f"{goes_on(1)}; or raise --max-tokens"
    texts = ["one"]
    while (result := dsk.run("log", "resume")).status:
        assert (result.status, hint(result)) == (10, goes_on(len(texts) + 1))
        texts.append(result.text.rstrip())
        assert len(texts) < 9
    assert result.text == TEXT + "\n"
    assert len(texts) > 1


def test_log_resume_tells_of_the_whole_answer_and_its_tokens_are_counted_once(dsk: Dsk, serve: Serve) -> None:
    words = ("ask", "--base-url", faulty(serve).base_url, "--max-tokens", "2", "hi")
    once = dsk.run(*words, "--continue-on-length", "1", "--json", stdin=None)
    whole = json.loads(once.stdout)
    assert whole["status"] == 10
    dsk.run("log", "prune", "--all", "--yes")
    first = json.loads(dsk.run(*words, "--json", stdin=None).stdout)
    told = json.loads(dsk.run("log", "resume", "--json").stdout)
    assert (told["content"], told["usage"], told["status"]) == (whole["content"], whole["usage"], 10)
    (part,) = told["resumed"]
    assert part == whole["resumed"][0] | {"run": 2}
    row = last(dsk)
    assert (row["usage"], row["resumed"]) == (told["usage"], told["resumed"])
    # Another goes on with that one.
    lines = [json.loads(line) for line in dsk.run("log", "resume", "--jsonl", "-u").stdout.splitlines()]
    assert [line["type"] for line in lines[:4]] == ["resume", "content", "usage", "resume"]
    assert [part["run"] for part in lines[-1]["resumed"]] == [2, 3]
    usage = json.loads(dsk.run("usage", "--json").stdout)["total"]
    assert usage["completion"] == lines[-1]["usage"]["completion_tokens"]
    assert usage["prompt"] == lines[-1]["usage"]["prompt_tokens"]
    assert first["usage"]["completion_tokens"] < told["usage"]["completion_tokens"] < usage["completion"]
    # Without the runs before it, it stands for them.
    dsk.run("log", "prune", "--keep", "1")
    left = json.loads(dsk.run("usage", "--json").stdout)["total"]
    assert (left["runs"], left["prompt"], left["completion"]) == (1, usage["prompt"], usage["completion"])
    whole_again = dsk.run("log", "resume", "--json")
    if whole_again.status:
        whole_again = dsk.run("log", "resume", "--json")
    assert json.loads(dsk.run("log", "resume", "--json").stdout) == json.loads(whole_again.stdout)


def test_log_resume_goes_on_at_a_server_that_has_moved_and_in_another_profile(dsk: Dsk, serve: Serve) -> None:
    old = faulty(serve, "drop-after=3")
    ask(dsk, old)
    new = faulty(serve)
    # What is the default of questions is not that of a run that has a server.
    env = {"DSK_BASE_URL": new.base_url, "DSK_OUTPUT": "answer.txt", "DEEPSEEK_BASE_URL": new.base_url}
    again = dsk.run("log", "resume", "1", "--retry", "0", "--no-resume", env=env)
    assert again.status == 12
    said = f"dsk: run 1 goes on at {old.base_url}, where it began; --base-url takes it elsewhere, DEEPSEEK_BASE_URL "
    assert again.errors.startswith(f"{said}does not\n")
    assert new.requests == []
    result = dsk.run("log", "resume", "1", "--base-url", new.base_url, "-w", "%{tokens} %{status}")
    assert (result.text, result.status, result.errors.split()[-1]) == (TEXT + "\n", 0, "0")
    assert (dsk.home / "answer.txt").read_text().startswith("one two three")
    assert new.requests[-1].path == "/beta/chat/completions"
    row = last(dsk)
    assert (row["base_url"], row["resumed"][0]["at"]) == (new.base_url, len("one two three"))
    assert row["resumed"][0]["uncounted"] > 0
    profile = f'[profiles.own]\nbase_url = "{new.base_url}"\nkey_env = ""\nmodel = "m"\n'
    dsk.write_config(profile)
    result = dsk.run("log", "resume", "1", "-P", "own", "-o", "whole.txt")
    assert (result.stdout, result.status) == (b"", 0)
    assert "run 1 is asked again from the start" in result.errors
    assert (dsk.home / "whole.txt").read_text() == TEXT + "\n"
    assert (new.requests[-1].path, last(dsk)["profile"]) == ("/chat/completions", "own")
    assert dsk.run("log", "resume", "1", "--raw").status == 2
    count = len(new.requests)
    assert dsk.run("log", "resume", "1", "-P", "own", "-o", "no/such/file").status == 1
    assert len(new.requests) == count


def test_log_resume_of_a_killed_run(dsk: Dsk, serve: Serve) -> None:
    server = faulty(serve, "stall-after=3x1")
    with dsk.start("ask", "--base-url", server.base_url, "hi") as process:
        assert process.stdout
        seen = b""
        while seen != b"one two three":
            seen += os.read(process.stdout.fileno(), 100)
        wait_until(lambda: _pieces(dsk) == "one two three", "the text to be in the log")
        early = dsk.run("log", "resume")
        assert early.errors == (
            f"dsk: run 1 is still under way: by process {process.pid}\n"
            f"dsk: hint: wait until it has ended, or end it: kill {process.pid}\n"
        )
        assert early.status == 2
        process.kill()
    assert dsk.run("log", "resume", "1").stdout == TEXT.encode() + b"\n"


def _pieces(dsk: Dsk) -> str:
    # Another thread makes the file and its tables while the answer comes already.
    with suppress(sqlite3.OperationalError), closing(sqlite3.connect(database(dsk))) as connection:
        return "".join(row[0] for row in connection.execute("select text from pieces where kind = 'content'"))
    return ""


def test_log_resume_where_the_server_refuses_leaves_it_broken(dsk: Dsk, serve: Serve) -> None:
    ask(dsk, faulty(serve, "drop-after=3x1", "no-prefix"))
    result = dsk.run("log", "resume")
    assert (result.stdout, result.status) == (b"one two three", 12)
    assert "it cannot be taken up again: the request was refused" in result.errors


def test_log_resume_of_a_whole_answer_that_stdout_did_not_take_prints_it(dsk: Dsk, serve: Serve) -> None:
    server = faulty(serve, "one-write")
    dsk.shell(f"dsk ask --base-url {server.base_url} hi >/dev/full")
    assert last(dsk)["finish_reason"] == "stop"
    assert dsk.run("log", "resume").stdout == TEXT.encode() + b"\n"
    assert len(server.requests) == 1


def test_log_resume_of_a_run_that_is_not_there(dsk: Dsk) -> None:
    result = dsk.run("log", "resume", "7")
    assert (result.stdout, result.status) == (b"", 2)


def test_a_terminal_that_has_gone_is_one_line_and_the_text_is_in_the_log(dsk: Dsk, serve: Serve) -> None:
    """Writing to a terminal whose other end is closed is EIO."""
    server = faulty(serve, "one-write")
    leader, terminal = os.openpty()
    os.close(leader)
    with dsk.start("ask", "--base-url", server.base_url, "hi", stdout=terminal) as process:
        os.close(terminal)
        _, stderr = process.communicate(timeout=30)
    first, second = stderr.decode().splitlines()
    assert (first, process.returncode) == ("dsk: cannot write to stdout: input/output error", 1)
    assert second == "dsk: hint: write elsewhere; dsk log show --answer has what came"
    assert last(dsk)["content"] == TEXT


def test_a_slow_reader_is_not_the_servers_silence(dsk: Dsk, serve: Serve) -> None:
    text = "".join(f"line {number}\n" for number in range(100_000))
    server = faulty(serve, text=text)
    with dsk.start("ask", "--base-url", server.base_url, "--stall", "0.5", "hi") as process:
        assert process.stdout
        found = os.read(process.stdout.fileno(), 1000)
        blocked = time.monotonic() + 1.5
        wait_until(lambda: time.monotonic() > blocked, "three times the stall clock")
        while data := os.read(process.stdout.fileno(), 65536):
            found += data
        assert process.wait(30) == 0
    assert found == text.encode()
    assert last(dsk)["status"] == 0
