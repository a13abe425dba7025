"""``dsk serve`` as a user runs it."""

from __future__ import annotations

import json
import os
import re
import signal
import socket
from pathlib import Path
from typing import Any

import pytest

from dsk.scripted.faults import KINDS
from tests.harness import Dsk, wait_until
from tests.scripted.client import CHAT, DEADLINE, PLAIN, STREAM, Client, Got
from tests.scripted.process import Serving, serving


def connect(server: Serving) -> socket.socket:
    return socket.create_connection(("127.0.0.1", server.port), DEADLINE)


def ask(server: Serving, body: Any = STREAM, path: str = CHAT, headers: dict[str, str] | None = None) -> Got:
    with Client(connect(server)) as client:
        client.ask(path, body, headers)
        return client.receive()


def test_the_first_line_is_the_base_url(dsk: Dsk) -> None:
    with serving(dsk) as server:
        assert re.fullmatch(r"http://127\.0\.0\.1:\d+", server.base_url)
        assert len(ask(server).text) > 100


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_is_the_usual_end_and_nothing_is_said_of_it(dsk: Dsk, number: signal.Signals) -> None:
    with serving(dsk, "--pace", "1") as server, Client(connect(server)) as client:
        client.ask(CHAT, STREAM)
        client.piece()
        server.process.send_signal(number)
        assert server.end() == (b"", b"", -number)


def test_it_ends_after_as_many_requests_as_it_is_told_to(dsk: Dsk) -> None:
    with serving(dsk, "--max-requests", "3", "--fault", "429x2", "--text", "one", "--text", "two") as server:
        assert [ask(server).status for _ in range(2)] == [429, 429]
        assert ask(server).text == "one"
        assert server.end() == (b"", b"", 0)


def test_texts_are_given_one_after_another_and_the_last_is_repeated(dsk: Dsk, tmp_path: Path) -> None:
    (tmp_path / "text").write_bytes("zwei\n€".encode())
    with serving(dsk, "--text", "one", "--text", f"@{tmp_path}/text", "--reasoning", "hm") as server:
        got = [ask(server, {**STREAM, "thinking": None}) for _ in range(3)]
    assert [one.text for one in got] == ["one", "zwei\n€", "zwei\n€"]
    assert {one.reasoning for one in got} == {"hm"}


def test_an_empty_reasoning_is_none(dsk: Dsk) -> None:
    with serving(dsk, "--echo", "--reasoning", "") as server:
        got = ask(server, {**STREAM, "thinking": None})
    assert (got.text, got.reasoning) == ("hi", "")


def test_a_recording_is_answered_as_it_is(dsk: Dsk, tmp_path: Path) -> None:
    for name in ("a", "b"):
        (tmp_path / name).write_text(f"data: {name}\r\n\r\n")
    with serving(dsk, "--recording", f"{tmp_path}/a", "--recording", f"{tmp_path}/b") as server:
        assert [ask(server).body for _ in range(3)] == [b"data: %b\r\n\r\n" % name for name in (b"a", b"b", b"b")]


def test_replies_come_from_a_file(dsk: Dsk, tmp_path: Path) -> None:
    (tmp_path / "a.sse").write_text("data: {}\n\n")
    call = {"name": "look", "arguments": {"at": "sky"}, "id": "x"}
    lines: list[dict[str, Any]] = [
        {"text": "one", "usage": {"prompt_tokens": 9}, "logprobs": [-1], "pace": 1000},
        {"tool_calls": [call], "finish_reason": "stop"},
        {"status": 503, "headers": {"Retry-After": "1"}, "body": {"a": 1}},
        {"recording": "a.sse"},
        {"echo": True, "faults": ["drop-after=0"]},
        {"yes_if": "nothing of the kind"},
    ]
    (tmp_path / "replies.jsonl").write_text("\n\n".join(map(json.dumps, lines)) + "\n")
    with serving(dsk, "--reply", f"{tmp_path}/replies.jsonl") as server:
        got = [ask(server) for _ in lines]
    assert (got[0].text, got[0].parsed[-1]["usage"]["prompt_tokens"]) == ("one", 9)
    function = [d["tool_calls"][0]["function"] for d in got[1].deltas if "tool_calls" in d]
    assert "".join(f["arguments"] for f in function) == '{"at":"sky"}'
    assert got[1].finish == "stop"
    assert (got[2].status, got[2].json, got[2].headers["retry-after"]) == (503, {"a": 1}, "1")
    assert got[3].body == b"data: {}\n\n"
    assert (got[4].end, got[4].text) == ("closed", "")
    assert got[5].text == "No"


@pytest.mark.parametrize("text", ['[{"text": "a"}, {"text": "b"}]', '{"text": "a"}\n{"text": "b"}'])
def test_a_reply_file_is_a_list_or_lines(dsk: Dsk, tmp_path: Path, text: str) -> None:
    (tmp_path / "replies").write_text(text)
    with serving(dsk, "--reply", f"{tmp_path}/replies") as server:
        assert [ask(server).text for _ in range(3)] == ["a", "b", "b"]


def test_the_log_has_a_line_for_each_request_and_no_key(dsk: Dsk, tmp_path: Path) -> None:
    log = tmp_path / "log.jsonl"
    log.write_text("kept\n")
    with serving(dsk, "--log", str(log), "--text", "a") as server:
        ask(server, PLAIN, headers={"Authorization": "Bearer sk-secret", "X-Test": "a"})
        wait_until(lambda: log.read_text().count("\n") == 2, "the first request to be written")
        ask(server, b"\xffsk", "/none")
        wait_until(lambda: log.read_text().count("\n") == 3, "the second request to be written")
    first, *lines = log.read_text().splitlines()
    seen = [json.loads(line) for line in lines]
    assert first == "kept"
    assert lines[0] == json.dumps(seen[0], separators=(",", ":"))
    assert "sk-secret" not in log.read_text()
    assert (seen[0]["method"], seen[0]["path"], seen[0]["body"]) == ("POST", CHAT, PLAIN)
    assert (seen[0]["headers"]["Authorization"], seen[0]["headers"]["X-Test"]) == ("REDACTED", "a")
    assert [(one["status"], one["closed_early"]) for one in seen] == [(200, False), (404, False)]
    assert seen[1]["body"] == "\ufffdsk"


def test_the_log_goes_to_an_open_descriptor_and_knows_who_left(dsk: Dsk) -> None:
    read, write = os.pipe()
    with serving(dsk, "--log", str(write), "--fault", "stall", "--max-requests", "1", pass_fds=(write,)) as server:
        os.close(write)
        with Client(connect(server)) as client:
            client.ask(CHAT, STREAM)
        assert server.end() == (b"", b"", 0)
    with os.fdopen(read) as lines:
        (line,) = lines
    assert (json.loads(line)["status"], json.loads(line)["closed_early"]) == (0, True)


def test_a_host_that_others_can_reach_is_warned_of(dsk: Dsk) -> None:
    with serving(dsk, "--host", "0.0.0.0", "--max-requests", "1", "--base-path", "/v1/") as server:
        assert re.fullmatch(r"http://127\.0\.0\.1:\d+/v1", server.base_url)
        assert ask(server, path="/v1/chat/completions").status == 200
        _, stderr, status = server.end()
    assert stderr == b"dsk: warning: --host 0.0.0.0: whoever reaches this machine can ask the endpoint\n"
    assert status == 0


def test_a_key_and_a_model_can_be_demanded(dsk: Dsk) -> None:
    with serving(dsk, "--require-key", "--strict", "--first-token", "0.01", "--keep-alive", "1") as server:
        key = {"Authorization": "Bearer sk-x"}
        assert ask(server).status == 401
        assert ask(server, {**STREAM, "model": "x"}, headers=key).status == 400
        assert ask(server, headers=key).body.startswith(b": keep-alive\n\ndata: ")


def test_a_port_that_is_taken_is_exit_1(dsk: Dsk) -> None:
    with serving(dsk) as server:
        result = dsk.run("serve", "--port", str(server.port))
    assert (result.stdout, result.status) == (b"", 1)
    assert result.errors == (
        f"dsk: cannot listen on 127.0.0.1:{server.port}: address already in use\n"
        "dsk: hint: choose another --port; 0 takes a free one\n"
    )


@pytest.mark.parametrize(
    ("args", "message"),
    [
        (["--fault", "nope"], "--fault: unknown fault 'nope'"),
        (["--fault", "drop-after"], "--fault: fault drop-after needs an argument: drop-after=N"),
        (["--text", "a", "--echo"], "--text and --echo exclude each other: each says what is answered"),
        (["--fault", "429x0"], "--fault: fault 429 cannot be shown x0 times: at least x1"),
        (["--fault", "429x"], "--fault: fault 429 has no number after its x: 429x2"),
        (["--fault", "drop-after=20x"], "--fault: fault drop-after has no number after its x: drop-after=20x2"),
        (["--fault", "no-prefixx0"], "--fault: fault no-prefix cannot be shown x0 times: at least x1"),
        (["--text", "@none"], "--text @none: no such file or directory"),
        (["--reasoning", "@none"], "--reasoning @none: no such file or directory"),
        (["--reply", "none"], "--reply none: no such file or directory"),
        (["--recording", "none"], "--recording none: no such file or directory"),
        (
            ["--recording", "none", "--reasoning", "a"],
            "--reasoning and --recording exclude each other: the file says what is reasoned",
        ),
        (["--base-path", "v1"], "--base-path 'v1' does not begin with a slash"),
    ],
)
def test_a_bad_value_is_exit_2_and_named(dsk: Dsk, args: list[str], message: str) -> None:
    result = dsk.run("serve", *args)
    assert (result.stdout, result.status) == (b"", 2)
    assert result.errors.splitlines()[0] == f"dsk: {message}"


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "there is no reply in it"),
        ('{"text": "a"}\n{"text"', "line 2: not JSON: expecting ':' delimiter, column 8"),
        ("[1]", "reply 1: not an object"),
        ('{"txt": 1}', "reply 1: unknown field 'txt'"),
        ('{"text": 1}', "reply 1: text must be a text"),
        ('{"tool_calls": [{}]}', "reply 1: tool_calls must be a list of objects with name, arguments and id"),
        ('{"faults": ["x"]}', "reply 1: faults: unknown fault 'x'"),
        ('{"text": "\\ud800"}', "half a surrogate pair is in it"),
        ('{"text": "a"}\n{"text": "\\udfff"}', "line 2: half a surrogate pair is in it"),
        ("[" * 100_000, "it is nested too deep"),
        ('{"usage": ' + "[" * 200 + "]" * 200 + "}", "it is nested too deep"),
        ('{"status": ' + "9" * 5000 + "}", "99999999999999999999... is too large a number"),
        ('{"pace": 1e999}', "1e999 is too large a number"),
        ('{"pace": NaN}', "NaN is no JSON value"),
        ('{"pace": ' + "9" * 301 + "}", "99999999999999999999... is too large a number"),
        ('{"headers": {"X": "a\\r\\nY: b"}}', "reply 1: headers must be an object of texts without control characters"),
        ('{"status": 99}', "reply 1: status must be an HTTP status from 200 to 599"),
    ],
)
def test_a_reply_file_is_checked_before_it_listens(dsk: Dsk, tmp_path: Path, text: str, message: str) -> None:
    (tmp_path / "replies").write_text(text)
    result = dsk.run("serve", "--reply", f"{tmp_path}/replies")
    assert (result.stdout, result.status) == (b"", 2)
    assert result.errors.splitlines()[0].startswith(f"dsk: --reply {tmp_path}/replies: {message}")


def test_the_long_help_lists_every_fault_and_the_short_one_fits(dsk: Dsk) -> None:
    long, short = (dsk.run("serve", flag).text for flag in ("--help", "-h"))
    for kind in KINDS.values():
        assert f"  {kind.usage}  " in long
    assert "redirect" not in short
    assert long.endswith("man dsk-serve is the manual.\n")
