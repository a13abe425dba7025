"""``dsk grep``: whole processes and what they write."""

from __future__ import annotations

import json
import os
import signal
from collections.abc import Callable
from gzip import compress
from math import log
from pathlib import Path
from subprocess import PIPE
from typing import Any

import pytest

from dsk.scripted.faults import parse_fault
from dsk.scripted.script import Reply, Script
from dsk.scripted.server import ScriptedServer
from tests.harness import Dsk, Result

Serve = Callable[[Script], ScriptedServer]
LOG = b"bad one\ngood\n\nbad two\ngood\nbad three"
REFUSED = json.dumps({"error": {"message": "logprobs is not supported with this model"}}).encode()


def judge(serve: Serve, p: float = 0.99, *faults: str, **script: Any) -> ScriptedServer:
    """An endpoint that says Yes of what holds ``bad``, No of anything else, each as likely as ``p``."""
    answer = Reply(yes_if="bad", logprobs=(log(p),))
    return serve(Script(replies=(answer,), faults=tuple(map(parse_fault, faults)), **script))


def grep(dsk: Dsk, server: ScriptedServer, *args: str | bytes, stdin: bytes | None = LOG, **kw: Any) -> Result:
    return dsk.run("grep", "--base-url", server.base_url, "--retry", "0", "something bad", *args, stdin=stdin, **kw)


def test_the_lines_that_fit_are_written_in_their_order(dsk: Dsk, serve: Serve) -> None:
    server = judge(serve)
    assert grep(dsk, server) == Result(b"bad one\nbad two\nbad three\n", b"", 0)
    assert len(server.requests) == 4, "a blank line is not asked about, and the same one once"
    systems = {seen.json["messages"][0]["content"] for seen in server.requests}
    assert len(systems) == 1, "the beginning is the same, so that the server's cache knows it"
    assert systems.pop().endswith("\n\nsomething bad")
    body = server.requests[0].json
    assert {name: body[name] for name in body if name not in ("model", "messages")} == {
        "stream": False,
        "thinking": {"type": "disabled"},
        "max_tokens": 1,
        "logprobs": True,
        "top_logprobs": 20,
    }
    assert {seen.json["messages"][1]["content"] for seen in server.requests} == {
        *("bad one", "good", "bad two", "bad three")
    }


@pytest.mark.parametrize(
    ("args", "written", "status"),
    [
        (("-n",), b"1:bad one\n4:bad two\n6:bad three\n", 0),
        (("-c",), b"3\n", 0),
        (("-v",), b"good\n\ngood\n", 0),
        (("-vc",), b"3\n", 0),
        (("-Hn", "-m", "1"), b"(standard input):1:bad one\n", 0),
        (("-l",), b"(standard input)\n", 0),
        (("-q",), b"", 0),
        (("--threshold", "1"), b"", 1),
        (("--threshold", "0.005"), b"bad one\ngood\nbad two\ngood\nbad three\n", 0),
        (("-c", "--threshold", "1"), b"0\n", 1),
        (("-q", "--threshold", "1"), b"", 1),
    ],
)
def test_the_options_of_grep_do_what_they_do_in_grep(
    dsk: Dsk, serve: Serve, args: tuple[str, ...], written: bytes, status: int
) -> None:
    assert grep(dsk, judge(serve), *args) == Result(written, b"", status)


def test_with_several_files_each_line_has_its_file(dsk: Dsk, serve: Serve) -> None:
    name = os.fsdecode(b"b\xff.log")
    (dsk.home / "a.log").write_bytes(LOG)
    (dsk.home / name).write_bytes(b"bad\n")
    server = judge(serve)
    both = ("a.log", name)
    assert grep(dsk, server, *both, "-m", "1").stdout == b"a.log:bad one\nb\xff.log:bad\n"
    assert grep(dsk, server, *both, "-c").stdout == b"a.log:3\nb\xff.log:1\n"
    assert grep(dsk, server, *both, "-l", "-v").stdout == b"a.log\n"
    assert grep(dsk, server, *both, "--no-filename", "-m1").stdout == b"bad one\nbad\n"
    assert grep(dsk, server, "-", "a.log", "-c", stdin=b"bad\n").stdout == b"(standard input):1\na.log:3\n"


GONE = "dsk: gone.log cannot be read: no such file or directory\ndsk: hint: ls . shows what is there\n"
TORN = (
    "dsk: a.gz cannot be read: its gzip packing ends too early\n"
    "dsk: hint: copy it again, or unpack what is there: zcat\n"
)
FOLDER = "dsk: sub cannot be read: is a directory\ndsk: hint: name the files in it\n"


@pytest.mark.parametrize(
    ("args", "written", "said", "status"),
    [
        (("sub", "a.log", "gone.log"), b"a.log:bad one\na.log:bad two\na.log:bad three\n", FOLDER + GONE, 2),
        (("-l", "a.log", "gone.log"), b"a.log\n", GONE, 2),
        (("-c", "gone.log", "a.log"), b"a.log:3\n", GONE, 2),
        (("-q", "a.log", "gone.log"), b"", "", 0),
        (("-q", "gone.log", "a.log"), b"", GONE, 0),
        (("-q", "--threshold", "1", "a.log", "sub"), b"", FOLDER, 2),
        (("sub",), b"", FOLDER, 2),
    ],
)
def test_a_file_that_cannot_be_read_is_named_as_grep_does_and_the_others_go_on(
    dsk: Dsk, serve: Serve, args: tuple[str, ...], written: bytes, said: str, status: int
) -> None:
    (dsk.home / "a.log").write_bytes(LOG)
    (dsk.home / "sub").mkdir()
    assert grep(dsk, judge(serve), "-j", "1", *args) == Result(written, said.encode(), status)


def test_a_file_that_is_damaged_further_on_is_read_to_there(dsk: Dsk, serve: Serve) -> None:
    (dsk.home / "a.gz").write_bytes(compress(b"bad one\n") + compress(LOG)[:-8])
    (dsk.home / "b.log").write_bytes(b"bad\n\xff\n")
    result = grep(dsk, judge(serve), "-m", "1", "a.gz", "b.log")
    assert (result.stdout, result.status) == (b"a.gz:bad one\nb.log:bad\n", 0), "no more of them is wanted"
    result = grep(dsk, judge(serve), "-c", "a.gz", "b.log")
    assert (result.stdout, result.status) == (b"b.log:1\n", 2)
    assert result.errors == (
        f"{TORN}dsk: line 2 of b.log: it is not UTF-8 text: byte 0 is 0xff\n"
        "dsk: 1 of 8 could not be decided\n"
        "dsk: hint: convert it first: iconv -f LATIN1 -t UTF-8\n"
    )
    shown = dsk.run("grep", "--dry-run", "bad", "a.gz", "gone.log")
    assert (shown.status, len(shown.text.splitlines())) == (2, 3)
    assert shown.errors.startswith(TORN + GONE)


def test_every_byte_of_a_line_is_kept(dsk: Dsk, serve: Serve) -> None:
    data = b"\xef\xbb\xbfbad\r\n\tbad \x1b[31m \xe2\x80\xa8 x\r\n  bad  \n"
    server = judge(serve)
    assert grep(dsk, server, stdin=data) == Result(data, b"", 0)
    asked = sorted(seen.json["messages"][1]["content"] for seen in server.requests)
    assert asked == ["\tbad \x1b[31m \u2028 x", "  bad  ", "bad"]
    assert grep(dsk, server, "-z", stdin=b"bad\nline\0good\0bad").stdout == b"bad\nline\0bad\0"
    text = b"one\nbad\n\n \ngood\n\n\nbad\nlast"
    assert grep(dsk, server, "--paragraph", "-n", stdin=text).stdout == b"1:one\nbad\n\n8:bad\nlast\n"


def test_lines_are_written_as_they_are_decided(dsk: Dsk, serve: Serve) -> None:
    server = judge(serve)
    with dsk.start("grep", "--base-url", server.base_url, "bad", stdin=PIPE) as process:
        assert process.stdin
        assert process.stdout
        for line in (b"bad one\n", b"bad two\n"):
            process.stdin.write(b"good\n" + line)
            assert process.stdout.readline() == line
        process.send_signal(signal.SIGINT)
        assert process.wait() == -signal.SIGINT


@pytest.mark.parametrize(
    ("args", "written"), [(("-q",), b""), (("-m", "2"), b"bad\nbad 2\n"), (("-l",), b"(standard input)\n")]
)
def test_it_ends_as_soon_as_nothing_more_can_matter(
    dsk: Dsk, serve: Serve, args: tuple[str, ...], written: bytes
) -> None:
    server = judge(serve)
    with dsk.start("grep", "--base-url", server.base_url, "bad", *args, stdin=PIPE) as process:
        assert process.stdin
        assert process.stdout
        process.stdin.write(b"bad\nbad 2\nbad 3\n")
        assert process.stdout.read() == written
        assert process.wait() == 0, "although its input has not ended"


def test_a_reader_that_goes_away_ends_it(dsk: Dsk, serve: Serve) -> None:
    server = judge(serve)
    with dsk.start("grep", "--base-url", server.base_url, "bad", stdin=PIPE) as process:
        assert process.stdin
        assert process.stdout
        process.stdin.write(b"bad\n")
        process.stdout.readline()
        process.stdout.close()
        assert process.wait() == -signal.SIGPIPE


def test_the_same_line_is_asked_about_once_however_many_at_a_time(dsk: Dsk, serve: Serve) -> None:
    server = judge(serve, first_token=0.2)
    result = grep(dsk, server, "-c", "-j", "16", stdin=b"bad\ngood\n" * 500)
    assert (result, len(server.requests)) == (Result(b"500\n", b"", 0), 2)


def test_a_line_that_cannot_be_decided_is_named_and_the_others_go_on(dsk: Dsk, serve: Serve) -> None:
    result = grep(dsk, judge(serve), stdin=b"bad\nb\xffd\nba\0d\nbad 2\n")
    assert (result.stdout, result.status) == (b"bad\nbad 2\n", 2)
    assert result.errors == (
        "dsk: line 2 of stdin: it is not UTF-8 text: byte 1 is 0xff\n"
        "dsk: line 3 of stdin: it is not text: byte 2 is NUL\n"
        "dsk: 2 of 4 could not be decided\n"
        "dsk: hint: convert it first: iconv -f LATIN1 -t UTF-8\n"
    )
    failed = grep(dsk, judge(serve, 0.99, "500x1"), "-j", "1", stdin=b"bad\nbad\nbad 2\n")
    assert (failed.stdout, failed.status) == (b"bad\nbad 2\n", 6)
    told = failed.errors.splitlines()
    assert told[0].startswith("dsk: line 1 of stdin: ")
    assert told[1] == "dsk: 1 of 3 could not be decided"
    assert told[2].startswith("dsk: hint: ")
    assert len(told) == 3
    mixed = grep(dsk, judge(serve, 0.99, "500x1"), "-j", "1", stdin=b"bad\n\xff\n")
    assert (mixed.stdout, mixed.status) == (b"", 2), "they failed in different ways"
    quiet = grep(dsk, judge(serve), "-q", "-j", "1", stdin=b"\xff\nbad\n")
    assert (quiet.stdout, quiet.status) == (b"", 0)


@pytest.mark.parametrize(("fault", "status"), [("401", 3), ("402", 4)])
def test_what_every_line_would_fail_with_ends_it(dsk: Dsk, serve: Serve, fault: str, status: int) -> None:
    server = judge(serve, 0.99, fault)
    result = grep(dsk, server, "-j", "1")
    assert (result.stdout, result.status, len(server.requests)) == (b"", status, 1)
    assert len(result.errors.splitlines()) == 2


def test_a_description_that_gets_another_answer_is_advised_as_one(dsk: Dsk, serve: Serve) -> None:
    result = grep(dsk, serve(Script(replies=(Reply(text="Maybe"),))), stdin=b"bad\n")
    assert (result.stdout, result.status) == (b"", 13)
    assert result.errors == (
        "dsk: line 1 of stdin: the answer is neither yes nor no: 'Maybe'\n"
        "dsk: 1 of 1 could not be decided\n"
        "dsk: hint: word the description so that each line fits it or does not\n"
    )


def test_too_many_requests_are_no_failure(dsk: Dsk, serve: Serve) -> None:
    result = grep(dsk, judge(serve, 0.99, "429x3"), "-j", "4", "--retry", "5")
    assert (result.stdout, result.status) == (b"bad one\nbad two\nbad three\n", 0)


def test_without_log_probabilities_the_text_decides_which_is_said_once(dsk: Dsk, serve: Serve) -> None:
    yes, no = (
        json.dumps({"id": "1", "choices": [{"message": {"content": text}, "finish_reason": "stop"}]}).encode()
        for text in ("Yes", "No")
    )
    refusal = Reply(status=400, body=REFUSED)
    server = serve(Script(replies=(refusal, refusal, Reply(body=yes), Reply(body=no), Reply(body=yes))))
    result = grep(dsk, server, "-j", "1", stdin=b"one\ntwo\nthree\n")
    said = b"dsk: the server gives no log probabilities: p_yes is 1 or 0, by the text of the answer\n"
    assert result == Result(b"one\nthree\n", said, 0)
    assert [seen.json.get("top_logprobs") for seen in server.requests] == [20, 5, None, None, None]


@pytest.mark.parametrize(
    ("args", "message"),
    [
        ((), "missing argument 'DESCRIPTION'"),
        ((" ",), "the description is blank"),
        (("bad", "-", "-"), "stdin is named more than once: it can be read only once"),
        (("bad", "--threshold", "2"), "--threshold must be a number from 0 to 1, not '2'"),
        (("bad", "-m", "deepseek-flash"), "--max-count must be a whole number, at least 1, not 'deepseek-flash'"),
    ],
)
def test_what_cannot_be_done_is_told_before_anything_is_asked(dsk: Dsk, args: tuple[str, ...], message: str) -> None:
    result = dsk.run("grep", "--base-url", "http://127.0.0.1:9", *args)
    assert (result.stdout, result.status) == (b"", 2)
    assert result.errors.splitlines()[0] == f"dsk: {message}"


def test_offline_and_dry_run_need_no_key(dsk: Dsk, tmp_path: Path) -> None:
    path = tmp_path / "x.log"
    path.write_bytes(b"an error\nfine\n")
    offline = dsk.run("grep", "--offline", "errors", str(path), env={"DEEPSEEK_API_KEY": ""})
    assert (offline.stdout, offline.status) == (b"an error\n", 0)
    shown = dsk.run("grep", "--dry-run", "errors", str(path), env={"DEEPSEEK_API_KEY": ""})
    assert [json.loads(line)["messages"][1]["content"] for line in shown.text.splitlines()] == ["an error", "fine"]
    assert shown.status == 0
