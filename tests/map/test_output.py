"""The lines: their order, their texts, and what each says of how its record ended."""

from __future__ import annotations

import json
import os
import subprocess
import threading

import pexpect
import pytest

from dsk.scripted.faults import parse_fault
from dsk.scripted.script import Reply, Script, ToolCall
from tests.harness import DSK, Dsk, wait_requests, wait_until
from tests.map.helpers import Serve, contents, echo, first_alone, lines_of, numbered, run

# A first record that is long in coming, and the others at once.
SLOW_FIRST = (Reply(echo=True, pace=4.0), Reply(echo=True))


def slow_first(serve: Serve) -> str:
    return serve(Script(replies=SLOW_FIRST)).base_url


def test_lines_come_in_the_order_of_the_input_whoever_is_done_first(dsk: Dsk, serve: Serve) -> None:
    result = dsk.run("map", "--base-url", slow_first(serve), stdin=numbered(12))
    assert [line["id"] for line in lines_of(result.stdout)] == list(range(1, 13))


def test_unordered_they_come_as_records_end(dsk: Dsk, serve: Serve) -> None:
    result = dsk.run("map", "--unordered", "--base-url", slow_first(serve), stdin=numbered(12))
    ids = [line["id"] for line in lines_of(result.stdout)]
    assert sorted(ids) == list(range(1, 13))
    assert ids != sorted(ids)


def test_the_last_of_ordered_and_unordered_counts(dsk: Dsk, serve: Serve) -> None:
    result = dsk.run("map", "--unordered", "-k", "--base-url", slow_first(serve), stdin=numbered(9))
    assert [line["id"] for line in lines_of(result.stdout)] == list(range(1, 10))


def test_no_more_than_jobs_are_asked_at_a_time(dsk: Dsk, serve: Serve) -> None:
    server = echo(serve, "stall")
    with dsk.start("map", "--base-url", server.base_url, "-j", "3", stdin=subprocess.PIPE) as process:
        assert process.stdin
        process.stdin.write(numbered(10))
        process.stdin.close()
        wait_requests(server, 3)
        process.terminate()
        process.wait(30)
    assert len(server.requests) == 3


def test_a_record_is_asked_while_the_next_is_still_to_come(dsk: Dsk, serve: Serve) -> None:
    server = echo(serve)
    with dsk.start("map", "--base-url", server.base_url, stdin=subprocess.PIPE) as process:
        assert process.stdin
        assert process.stdout
        process.stdin.write(b"one\n")
        assert json.loads(process.stdout.readline())["content"] == "one"
        process.stdin.write(b"two\n")
        assert json.loads(process.stdout.readline())["content"] == "two"
        process.stdin.close()
        assert process.wait(30) == 0


STATUSES: dict[str, tuple[Reply, list[str], int]] = {
    "refused": (Reply(status=400), [], 9),
    "server": (Reply(status=500), ["--retry", "0"], 6),
    "length": (Reply(finish_reason="length"), [], 10),
    "filter": (Reply(finish_reason="content_filter"), [], 11),
    "broken": (Reply(text="one two three four", faults=(parse_fault("drop-after=2"),)), ["--stream-resume", "0"], 12),
    "stall": (Reply(text="one two three four", faults=(parse_fault("stall-after=2"),)), ["--stall", "0.1"], 8),
    "json": (Reply(text="no JSON"), ["--json-mode"], 13),
}


@pytest.mark.parametrize(("reply", "args", "status"), STATUSES.values(), ids=STATUSES)
def test_a_line_has_the_status_that_ask_would_have_had(
    dsk: Dsk, serve: Serve, reply: Reply, args: list[str], status: int
) -> None:
    server = serve(Script(replies=(reply,)))
    args = [*args, "--stream-resume", "0"] if status == 8 else args
    result = run(dsk, server, *args, stdin=b"JSON\n")
    (line,) = lines_of(result.stdout)
    as_ask = [arg.replace("--stream-resume", "--resume") for arg in args]
    asked = dsk.run("ask", "--base-url", server.base_url, "--json", *as_ask, "JSON", stdin=None)
    assert (line["status"], result.status, asked.status) == (status, 1, status)
    same = json.loads(asked.stdout)
    assert (line["content"], line["finish_reason"]) == (same["content"], same["finish_reason"])
    assert line["error"]["message"].split(" (")[0] == same["error"]["message"].split(" (")[0]
    assert f"1  status {status}" in result.errors


def test_a_broken_answer_is_taken_up_again(dsk: Dsk, serve: Serve) -> None:
    server = serve(Script(replies=(Reply(text="one two three four five", faults=(parse_fault("drop-after=2x1"),)),)))
    (line,) = lines_of(run(dsk, server, stdin=b"x\n").stdout)
    assert (line["content"], line["status"], line["attempts"]) == ("one two three four five", 0, 2)


def test_what_may_pass_is_tried_again(dsk: Dsk, serve: Serve) -> None:
    result = run(dsk, echo(serve, "503=0x2"), "-j", "1", stdin=b"x\n")
    assert (lines_of(result.stdout)[0]["attempts"], result.errors, result.status) == (3, "", 0)


def test_tool_calls_and_further_choices_are_not_lost(dsk: Dsk, serve: Serve) -> None:
    server = serve(Script(replies=(Reply(text="", tool_calls=(ToolCall("weather", '{"at":"x"}'),)),)))
    tools = '[{"type":"function","function":{"name":"weather"}}]'
    (line,) = lines_of(run(dsk, server, "--set", f"tools:={tools}", stdin=b"x\n").stdout)
    assert line["tool_calls"][0]["function"] == {"name": "weather", "arguments": '{"at":"x"}'}
    assert (line["finish_reason"], line["status"]) == ("tool_calls", 0)


def test_lines_of_text_have_what_the_template_asks_for(dsk: Dsk, serve: Serve) -> None:
    stdin = b'{"id":"a","word":"one"}\n{"id":"b","word":"two"}\n{"id":"c"}\n'
    result = run(dsk, echo(serve), "--text", r"{id}\t{word}\t{content}\t{status}", "<{word}>", stdin=stdin)
    assert result.text == "a\tone\t<one>\t0\nb\ttwo\t<two>\t0\nc\t\t\t2\n"
    assert run(dsk, echo(serve), "--format", "text", stdin=b"a\nb\n").text == "a\nb\n"


def test_lines_of_text_have_what_an_answer_says_by_its_schema(dsk: Dsk, serve: Serve) -> None:
    server = serve(Script(replies=(Reply(text='{"class": "good", "id": 7, "n": [1]}'), Reply(text='{"class": "meh"}'))))
    args = ("-j", "1", "--input", "csv", "--schema", "class good|bad, id int, n [int]", "{word}")
    result = run(
        dsk, server, *args, "--text", r"{id}\t{class}\t{n}\t{word}", stdin=b"id,word,class\na,one,x\nb,two,y\n"
    )
    assert result.text == "a\tgood\t[1]\tone\nb\t\t\ttwo\n"
    assert run(dsk, server, *args, "--text", "{klass}", stdin=b"word\n1\n").errors.endswith("did you mean class?\n")


@pytest.mark.parametrize(
    ("template", "kind", "stdin", "why", "hint"),
    [
        (r"{id}\t{txet}", "csv", b"id,text\n1,x\n", "'txet'", "did you mean text?"),
        ("{nope}", "tsv", b"id\ttext\n1\tx\n", "'nope'", "there are id, text, input, content"),
        ("{contents}", "lines", b"x\n", "'contents'", "did you mean content?"),
    ],
)
def test_a_template_of_lines_that_names_what_no_record_has_is_refused(
    dsk: Dsk, serve: Serve, template: str, kind: str, stdin: bytes, why: str, hint: str
) -> None:
    server = echo(serve)
    result = run(dsk, server, "--text", template, "--input", kind, "{}", stdin=stdin)
    assert (result.stdout, result.status, server.requests) == (b"", 2, [])
    assert result.errors.startswith(f"dsk: --text: there is no {why} in records or lines\ndsk: hint: {hint}")
    good = r"{}\t{line}\t{error}"
    assert run(dsk, server, "--text", good, "--input", kind, "{}", stdin=stdin).status == 0


def test_on_a_terminal_escapes_in_lines_do_nothing(dsk: Dsk, serve: Serve) -> None:
    server = serve(Script(replies=(Reply(text="\x1b[31mred"),)))
    for args, shown in ((["--format", "text"], "^[[31mred"), ([], "\\u001b[31mred")):
        command = [*DSK, "map", "--base-url", server.base_url, "-a", "in.txt", *args]
        (dsk.home / "in.txt").write_text("x\n")
        child = pexpect.spawn(command[0], command[1:], env=dsk.env, cwd=str(dsk.home), encoding="utf-8", timeout=30)
        child.expect_exact(shown)
        child.expect(pexpect.EOF)
        child.close()
        assert "\x1b[31m" not in (child.before or "")


def test_a_file_is_not_overwritten(dsk: Dsk, serve: Serve) -> None:
    (dsk.home / "out.jsonl").write_text("precious\n")
    result = run(dsk, echo(serve), "-o", "out.jsonl", stdin=b"x\n")
    assert result.status == 2
    assert "out.jsonl holds something already" in result.errors
    assert (dsk.home / "out.jsonl").read_text() == "precious\n"


def test_two_runs_do_not_write_to_the_same_file(dsk: Dsk, serve: Serve) -> None:
    server = echo(serve, "stall")
    (dsk.home / "in.txt").write_bytes(numbered(2))
    with dsk.start("map", "--base-url", server.base_url, "-o", "out", "-a", "in.txt") as process:
        wait_requests(server, 1)
        result = run(dsk, server, "-o", "out", "-a", "in.txt", "--resume")
        process.kill()
        process.wait(30)
    assert (result.status, "another dsk map writes to it" in result.errors) == (1, True)


def test_several_processes_may_append_to_one_file(dsk: Dsk, serve: Serve) -> None:
    server = echo(serve)
    word = "long " * 3000
    path = dsk.home / "all.jsonl"
    statuses: list[int] = []

    def one(name: str) -> None:
        (dsk.home / name).write_text("".join(f"{name} {n} {word}\n" for n in range(15)))
        script = f"dsk map --base-url {server.base_url} -a {name} -j 4 >> all.jsonl"
        statuses.append(dsk.shell(script).status)

    threads = [threading.Thread(target=one, args=(f"part{n}",)) for n in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert statuses == [0, 0, 0]
    assert len({line["content"] for line in lines_of(path)}) == 45


def test_a_stuck_first_record_piles_up_no_more_than_there_is_room_for(dsk: Dsk, serve: Serve) -> None:
    word = "x" * 100_000
    stuck = Reply(text="never", faults=(parse_fault("stall"),))
    server = serve(Script(replies=(stuck, Reply(text=word))))
    with first_alone(dsk, server, 400, "-j", "4", "-o", "out") as process:
        waiting = dsk.home / "out.waiting"
        # 8 MiB may wait: more than 84 lines of 100 kB do not.
        wait_until(lambda: waiting.exists() and waiting.stat().st_size > 8 << 20, "the room to be full")
        seen = len(server.requests)
        process.kill()
        process.wait(30)
    assert 80 <= seen <= 95
    assert (dsk.home / "out").read_bytes() == b""
    assert waiting.read_bytes().count(b"\n") >= 80


def test_a_slow_reader_slows_it_down_and_gets_all(dsk: Dsk, serve: Serve) -> None:
    server = serve(Script(replies=(Reply(text="x" * 20_000),)))
    read, write = os.pipe()
    (dsk.home / "in.txt").write_bytes(numbered(60))
    with dsk.start("map", "--base-url", server.base_url, "-j", "2", "-a", "in.txt", stdout=write) as process:
        os.close(write)
        wait_requests(server, 3)
        with os.fdopen(read, "rb") as pipe:
            data = pipe.read()
        assert process.wait(30) == 0
    assert len(contents(data)) == 60
