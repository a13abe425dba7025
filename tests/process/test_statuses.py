"""One test for each exit status: stdout, stderr and status of a whole process, all three exact."""

from __future__ import annotations

import json
import os
import re
import signal
import socket
from collections.abc import Callable
from contextlib import closing

import pytest

from dsk.scripted.faults import parse_fault
from dsk.scripted.script import Reply, Script
from dsk.scripted.server import ScriptedServer
from tests.harness import KEY, Dsk, Result, wait_closed, wait_until
from tests.wire.raw import RawServer, says

Serve = Callable[[Script], ScriptedServer]
WORDS = "one two three four five"


def ask(dsk: Dsk, server: ScriptedServer, *args: str) -> Result:
    """Ask once: what is tried again has tests of its own."""
    return dsk.run("ask", "--base-url", server.base_url, "--retry", "0", "--no-resume", *args, "hi", stdin=None)


def faulty(serve: Serve, *faults: str, text: str = WORDS) -> ScriptedServer:
    return serve(Script(replies=(Reply(text=text),), faults=tuple(parse_fault(f) for f in faults)))


def traced(result: Result) -> bytes:
    """How the message names the answer of a scripted server that has let it down."""
    found = re.search(rb" \(trace [0-9a-f]{32}\)\n", result.stderr)
    assert found, result.stderr
    return found[0].strip(b"\n")


def test_0_the_whole_answer_with_finish_reason_stop(dsk: Dsk, serve: Serve) -> None:
    assert ask(dsk, faulty(serve)) == Result(b"one two three four five\n", b"", 0)


def test_0_tool_calls_are_a_whole_answer(dsk: Dsk, serve: Serve) -> None:
    from dsk.scripted.script import ToolCall

    call = ToolCall("weather", '{"city": "Rome"}', "call_1")
    server = serve(Script(replies=(Reply(text="", tool_calls=(call,)),)))
    result = ask(dsk, server, "--set", 'tools:=[{"type":"function","function":{"name":"weather"}}]')
    assert (result.stdout, result.status) == (b"", 0)


def test_0_a_bare_done_is_a_whole_answer(dsk: Dsk, serve: Serve) -> None:
    assert ask(dsk, faulty(serve, "no-finish")) == Result(b"one two three four five\n", b"", 0)


def test_0_a_finish_reason_without_done_is_a_whole_answer(dsk: Dsk, serve: Serve) -> None:
    assert ask(dsk, faulty(serve, "no-done")) == Result(b"one two three four five\n", b"", 0)


def test_1_stdout_is_full(dsk: Dsk, serve: Serve) -> None:
    server = faulty(serve)
    with open("/dev/full", "wb") as full:
        process = dsk.start("ask", "--base-url", server.base_url, "hi", stdout=full.fileno())
        _, stderr = process.communicate(timeout=30)
    assert stderr == (
        b"dsk: cannot write to stdout: no space left on device\n"
        b"dsk: hint: free some room, or write elsewhere; dsk log show --answer has what came\n"
    )
    assert dsk.run("log", "show", "--answer").text.startswith("one")
    with open("/dev/full", "wb") as full:
        process = dsk.start("log", "list", stdout=full.fileno())
        _, stderr = process.communicate(timeout=30)
    assert stderr.endswith(b"no space left on device\ndsk: hint: free some room, or write elsewhere\n")
    assert process.returncode == 1


def test_1_stdout_is_closed(dsk: Dsk, serve: Serve) -> None:
    server = faulty(serve)
    result = dsk.shell(f"dsk ask --base-url {server.base_url} hi >&-")
    hint = b"dsk: hint: have it open for writing: > FILE, or > /dev/null\n"
    assert result == Result(b"", b"dsk: cannot write to stdout: bad file descriptor\n" + hint, 1)


def test_1_a_redirect_to_another_host_is_not_followed(dsk: Dsk, serve: Serve) -> None:
    elsewhere = faulty(serve)
    server = faulty(serve, f"redirect={elsewhere.base_url}/chat/completions")
    result = ask(dsk, server)
    assert (result.stdout, result.status) == (b"", 1)
    assert result.errors.startswith(f"dsk: redirected to {elsewhere.base_url}/chat/completions: not followed")
    assert elsewhere.requests == []


def test_2_an_unknown_option_is_named(dsk: Dsk) -> None:
    result = dsk.run("ask", "--tempratur", "1", "hi")
    assert (result.stdout, result.status) == (b"", 2)
    assert result.errors == "dsk: dsk ask has no option --tempratur\ndsk: hint: did you mean --temperature?\n"


def test_2_a_bad_value_is_named(dsk: Dsk) -> None:
    result = dsk.run("ask", "--max-tokens", "many", "hi")
    assert (result.stdout, result.status) == (b"", 2)
    assert result.errors.startswith("dsk: --max-tokens must be a whole number, at least 1, not 'many'\n")


def test_2_no_prompt(dsk: Dsk) -> None:
    assert dsk.run("ask", stdin=b"") == Result(
        b"",
        b"dsk: there is no prompt: no words were given and stdin is empty\n"
        b'dsk: hint: try dsk ask "Tell me a story", or dsk ask -h\n',
        2,
    )


def test_3_no_key_names_the_places_that_were_looked_at(dsk: Dsk) -> None:
    result = dsk.run("ask", "hi", stdin=None, env={"DEEPSEEK_API_KEY": ""})
    assert (result.stdout, result.status) == (b"", 3)
    first, second = result.errors.splitlines()
    assert first.startswith("dsk: no key for profile deepseek: ")
    assert "DEEPSEEK_API_KEY" in first
    assert "dsk key set" in second


@pytest.mark.parametrize("status", ["401", "403"])
def test_3_the_key_is_refused(dsk: Dsk, serve: Serve, status: str) -> None:
    result = ask(dsk, faulty(serve, status))
    assert (result.stdout, result.status) == (b"", 3)
    first, second = result.errors.splitlines()
    assert first.startswith("dsk: the key was refused: ")
    assert f"HTTP {status}" in first
    assert second == "dsk: hint: check it with dsk key origin, replace it with dsk key set"


def test_4_insufficient_balance(dsk: Dsk, serve: Serve) -> None:
    result = ask(dsk, faulty(serve, "402"))
    assert (result.stdout, result.status) == (b"", 4)
    first, second = result.errors.splitlines()
    assert first.startswith("dsk: the balance is used up: Insufficient Balance (HTTP 402, trace ")
    assert second == "dsk: hint: top up at https://platform.deepseek.com/top_up"


def test_5_rate_limited(dsk: Dsk, serve: Serve) -> None:
    result = ask(dsk, faulty(serve, "429"))
    assert (result.stdout, result.status) == (b"", 5)
    assert "Too many requests" in result.errors
    assert "dsk: hint: " in result.errors


@pytest.mark.parametrize("status", ["500", "502", "503", "504"])
def test_6_server_error(dsk: Dsk, serve: Serve, status: str) -> None:
    result = ask(dsk, faulty(serve, status))
    assert (result.stdout, result.status) == (b"", 6)
    assert f"HTTP {status}" in result.errors
    assert "dsk: hint: try again later" in result.errors


def test_7_nobody_listens(dsk: Dsk) -> None:
    with closing(socket.socket()) as taken:
        taken.bind(("127.0.0.1", 0))
        port = taken.getsockname()[1]
        result = dsk.run("ask", "--base-url", f"http://127.0.0.1:{port}", "--retry", "0", "hi", stdin=None)
    assert result == Result(
        b"",
        f"dsk: no answer from 127.0.0.1:{port}: connection refused\n"
        "dsk: hint: check the network and --base-url\n".encode(),
        7,
    )


def test_7_the_host_does_not_exist(dsk: Dsk) -> None:
    result = dsk.run("ask", "--base-url", "https://nowhere.invalid", "hi", stdin=None)
    assert (result.stdout, result.status) == (b"", 7)
    assert result.errors.startswith("dsk: cannot find the host nowhere.invalid: ")


def test_7_not_tls_on_the_other_side(dsk: Dsk) -> None:
    def answer(connection: socket.socket) -> None:
        connection.recv(65536)
        connection.sendall(b"HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\n\r\n")

    # However many connections it takes: one that was opened early may have been too late.
    with RawServer(answer, reads=False) as server:
        result = dsk.run("ask", "--base-url", server.url.replace("http", "https"), "hi", stdin=None)
    assert (result.stdout, result.status) == (b"", 7)
    assert result.errors.startswith("dsk: no secure connection to 127.0.0.1:")


@pytest.mark.parametrize("fault", ["drop", "reset"])
def test_7_the_connection_is_lost_before_the_answer(dsk: Dsk, serve: Serve, fault: str) -> None:
    result = ask(dsk, faulty(serve, fault))
    assert (result.stdout, result.status) == (b"", 7)
    assert result.errors.startswith("dsk: no answer from 127.0.0.1:")


def test_8_the_connect_clock(dsk: Dsk) -> None:
    # A TLS handshake that is never answered: connected, but not for us.
    with closing(socket.create_server(("127.0.0.1", 0))) as silent:
        port = silent.getsockname()[1]
        url = f"https://127.0.0.1:{port}"
        result = dsk.run("ask", "--base-url", url, "--connect-timeout", "0.3", "--retry", "0", "hi", stdin=None)
    assert result == Result(
        b"",
        f"dsk: no connection to 127.0.0.1:{port}: the connect clock ran out after 0.3 s\n"
        "dsk: hint: check the network, or raise --connect-timeout\n".encode(),
        8,
    )


def test_8_the_first_token_clock_however_many_comments_come(dsk: Dsk, serve: Serve) -> None:
    server = serve(Script(first_token=20, keep_alive=400))
    result = ask(dsk, server, "--first-token", "0.5")
    assert result == Result(
        b"",
        b"dsk: no first token: the first-token clock ran out after 0.5 s" + traced(result) + b"\n"
        b"dsk: hint: the server is busy: try again later, or raise --first-token\n",
        8,
    )


def test_8_the_stall_clock_keeps_the_text(dsk: Dsk, serve: Serve) -> None:
    result = ask(dsk, faulty(serve, "stall-after=3"), "--stall", "0.5")
    assert result == Result(
        b"one two three",
        b"dsk: the server went silent: not one byte for 0.5 s"
        + traced(result)
        + b"\ndsk: hint: dsk log resume 1 goes on with it; or raise --stall\n",
        8,
    )


def test_8_the_total_clock_keeps_the_text(dsk: Dsk, serve: Serve) -> None:
    result = ask(dsk, faulty(serve, "stall-after=3"), "--max-time", "1")
    assert result == Result(
        b"one two three",
        b"dsk: the run took too long: --max-time 1 s is over"
        + traced(result)
        + b"\ndsk: hint: dsk log resume 1 goes on with it; or raise --max-time, or ask for less\n",
        8,
    )


@pytest.mark.parametrize("status", ["400", "404", "413", "422"])
def test_9_request_refused(dsk: Dsk, serve: Serve, status: str) -> None:
    result = ask(dsk, faulty(serve, status))
    assert (result.stdout, result.status) == (b"", 9)
    assert f"HTTP {status}" in result.errors
    assert "dsk: hint: " in result.errors


def test_10_cut_by_the_token_limit(dsk: Dsk, serve: Serve) -> None:
    result = ask(dsk, faulty(serve), "--max-tokens", "3")
    assert (result.stdout, result.status) == (b"one two three", 10)
    assert "--max-tokens" in result.errors


def test_11_cut_by_the_content_filter(dsk: Dsk, serve: Serve) -> None:
    result = ask(dsk, faulty(serve, "finish=content_filter"))
    assert (result.stdout, result.status) == (WORDS.encode(), 11)
    assert result.errors.startswith("dsk: the content filter cut the answer")


@pytest.mark.parametrize(
    "fault",
    [
        "drop-after=3",
        "reset-after=3",
        "error-after=3",
        "cut-frame-after=3",
        "garbage-after=3",
    ],
)
def test_12_the_stream_broke_and_the_text_is_kept(dsk: Dsk, serve: Serve, fault: str) -> None:
    result = ask(dsk, faulty(serve, fault))
    assert (result.stdout, result.status) == (b"one two three", 12)
    assert result.errors.startswith("dsk: ")
    assert "Traceback" not in result.errors


@pytest.mark.parametrize("fault", ["drop-after=2", "error-after=2", "late-error", "finish=aborted"])
def test_12_and_8_name_the_answer_as_the_server_does_now_and_in_a_replay(dsk: Dsk, serve: Serve, fault: str) -> None:
    header = b"X-Ds-Trace-Id: 0123456789abcdef0123456789abcdef"
    server = faulty(serve, fault)
    result = ask(dsk, server, "-n", "--record", "run.sse")
    assert (result.status, traced(result) in result.stderr.splitlines()[0]) == (12, True)
    assert dsk.run("replay", "--speed", "0", "run.sse") == result
    # The same over a connection that the HTTP library reads, as it does where the head has more than is plain.
    body = b'data: {"choices":[{"index":0,"delta":{"content":"a"}}]}\n\n'
    for more in (b"", b"X-Odd: \xe9\r\n"):
        with RawServer(says(b"HTTP/1.1 200 OK\r\n" + header + b"\r\n" + more + b"\r\n" + body)) as raw:
            error = json.loads(dsk.run("ask", "--base-url", raw.url, "--no-resume", "--json", "hi").stdout)["error"]
        assert error["trace"] == "0123456789abcdef0123456789abcdef"
        assert error["message"].endswith(" (trace 0123456789abcdef0123456789abcdef)")


@pytest.mark.parametrize("reason", ["insufficient_system_resource", "aborted", "who_knows"])
def test_12_finish_reasons_that_mean_a_cut_answer(dsk: Dsk, serve: Serve, reason: str) -> None:
    result = ask(dsk, faulty(serve, f"finish={reason}"))
    assert (result.stdout, result.status) == (WORDS.encode(), 12)
    assert reason in result.errors


def test_12_an_error_frame_after_the_finish_reason(dsk: Dsk, serve: Serve) -> None:
    result = ask(dsk, faulty(serve, "late-error"))
    assert (result.stdout, result.status) == (WORDS.encode(), 12)


def test_12_an_html_page_with_status_200(dsk: Dsk, serve: Serve) -> None:
    result = ask(dsk, faulty(serve, "html"))
    assert (result.stdout, result.status) == (b"", 12)
    assert "HTML" in result.errors


def test_13_a_json_answer_that_is_not_json(dsk: Dsk, serve: Serve) -> None:
    server = serve(Script(replies=(Reply(recording=_stream('{"a": 1')),)))
    result = ask(dsk, server, "--json-mode", "-s", "answer in JSON")
    assert (result.stdout, result.status) == (b'{"a": 1\n', 13)
    assert result.errors.startswith("dsk: the answer is not JSON: ")


def _stream(text: str) -> bytes:
    import json

    delta = {"choices": [{"index": 0, "delta": {"content": text}, "finish_reason": None}]}
    end = {"choices": [{"index": 0, "delta": {}, "finish_reason": "stop"}]}
    return b"".join(b"data: " + json.dumps(frame).encode() + b"\n\n" for frame in (delta, end)) + b"data: [DONE]\n\n"


@pytest.mark.parametrize(
    ("number", "shown", "message"),
    [
        (signal.SIGINT, 130, b"dsk: interrupted\ndsk: hint: dsk log resume 1 goes on with it\n"),
        (signal.SIGTERM, 143, b"dsk: terminated\ndsk: hint: dsk log resume 1 goes on with it\n"),
    ],
)
def test_130_and_143_it_dies_of_the_signal_and_the_text_is_kept(
    dsk: Dsk, serve: Serve, number: signal.Signals, shown: int, message: bytes
) -> None:
    server = faulty(serve, "stall-after=3")
    with dsk.start("ask", "--base-url", server.base_url, "hi") as process:
        assert process.stdout
        seen = b""
        while seen != b"one two three":
            seen += os.read(process.stdout.fileno(), 100)
        process.send_signal(number)
        rest, stderr = process.communicate(timeout=30)
    assert (rest, stderr) == (b"", message)
    assert process.returncode == -number == 128 - shown
    assert wait_closed(server, 0).closed_early, "the connection to the server is closed"


def test_141_a_closed_pipe_ends_it_by_sigpipe_and_closes_the_connection(dsk: Dsk, serve: Serve) -> None:
    server = faulty(serve, "stall-after=3")
    with dsk.start("ask", "--base-url", server.base_url, "hi") as process:
        assert process.stdout
        assert process.stderr
        assert os.read(process.stdout.fileno(), 100)
        process.stdout.close()
        assert process.wait(30) == -signal.SIGPIPE
        assert process.stderr.read() == b""
    assert wait_closed(server, 0).closed_early, "the connection to the server is closed"


def test_141_a_reader_that_was_never_there_ends_a_queue_without_end(dsk: Dsk) -> None:
    """It is noticed before there is a connection to close, and a few times over, for which comes first is chance."""
    with RawServer(lambda _connection: None) as server:
        server.drips(b"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n\r\n", b": keep-alive\n\n")
        for _ in range(4):
            reader, writer = os.pipe()
            os.close(reader)
            with dsk.start("ask", "--base-url", server.url, "hi", stdout=writer) as process:
                os.close(writer)
                assert process.wait(30) == -signal.SIGPIPE
                assert process.stderr
                assert process.stderr.read() == b""


def test_141_head_ends_a_stream_that_would_go_on_for_hours(dsk: Dsk, serve: Serve) -> None:
    server = serve(Script(replies=(Reply(text="line\n" * 2000),), pace=20))
    result = dsk.shell(f"dsk ask --base-url {server.base_url} hi | head -n 1; echo ${{PIPESTATUS[0]}}")
    assert result.stdout == b"line\n141\n"
    assert wait_closed(server, 0).closed_early


def test_a_key_is_never_in_what_is_written(dsk: Dsk, serve: Serve) -> None:
    result = ask(dsk, faulty(serve, "401"), "--debug")
    assert KEY.encode() not in result.stdout + result.stderr


def test_a_failure_has_no_traceback_unless_debug_asks_for_it(dsk: Dsk, serve: Serve) -> None:
    server = faulty(serve, "500")
    assert b"Traceback" not in ask(dsk, server).stderr
    assert b"Traceback" in ask(dsk, server, "--debug").stderr


def test_two_interrupts_in_a_row_end_it_all_the_same(dsk: Dsk, serve: Serve) -> None:
    server = faulty(serve, "stall")
    with dsk.start("ask", "--base-url", server.base_url, "hi") as process:
        wait_until(lambda: server.requests, "the request")
        process.send_signal(signal.SIGINT)
        process.send_signal(signal.SIGINT)
        _, stderr = process.communicate(timeout=30)
    assert process.returncode == -signal.SIGINT
    assert b"Traceback" not in stderr


@pytest.mark.parametrize(
    ("choices", "status", "printed", "errors"),
    [
        ([("a", "stop"), ("b", "stop")], 0, b"a\n", ""),
        (
            [("a", "stop"), ("b", "length")],
            10,
            b"a",
            "dsk: the token limit cut choice 1\ndsk: hint: raise --max-tokens; --json has all choices\n",
        ),
        (
            [("a", "stop"), ("b", None)],
            12,
            b"a",
            "dsk: choice 1 was cut: the stream ended without its finish reason\ndsk: hint: run it again\n",
        ),
        (
            [(None, None), ("b", "stop")],
            12,
            b"",
            "dsk: the first choice is empty: there is text in choice 1\ndsk: hint: --json has all choices\n",
        ),
    ],
)
def test_of_several_choices_all_have_to_be_whole(
    dsk: Dsk, serve: Serve, choices: list[tuple[str | None, str | None]], status: int, printed: bytes, errors: str
) -> None:
    told = [
        {"index": index, "delta": {"content": text}, "finish_reason": reason}
        for index, (text, reason) in enumerate(choices)
        if text
    ]
    frames = b"data: " + json.dumps({"id": "c", "model": "m", "choices": told}).encode() + b"\n\n"
    server = serve(Script(replies=(Reply(recording=frames + b"data: [DONE]\n\n"),)))
    words = ("-P", "vllm", "-m", "m", "--base-url", server.base_url, "--set", "n:=2", "--json")
    result = dsk.run("ask", *words, "hi", stdin=None)
    assert (result.status, re.sub(r" \(trace \w+\)", "", result.errors)) == (status, errors)
    assert [choice["content"] for choice in json.loads(result.stdout)["choices"]] == [
        text for text, _ in choices if text
    ]
    row = json.loads(dsk.run("log", "show", "1", "--json").stdout)
    assert row["status"] == status
    decoded = dsk.run("decode", stdin=frames + b"data: [DONE]\n\n")
    errors = errors.replace("run it again", "the input holds no more: ask again for a whole answer")
    assert (decoded.stdout, decoded.errors, decoded.status) == (printed, errors, status)
    # What is not whole is asked for again, all of it.
    assert ("has its whole answer" in dsk.run("log", "resume", "1").errors) == (status == 0)
