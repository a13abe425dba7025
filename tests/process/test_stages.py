"""The stages are commands: whatever way the same stream takes, bytes on stdout and exit status are the same."""

from __future__ import annotations

import json
import os
import re
from collections.abc import Callable

import pytest

from dsk.scripted.faults import parse_fault
from dsk.scripted.script import Reply, Script
from dsk.scripted.server import ScriptedServer
from tests.harness import KEY, Dsk, Result

Serve = Callable[[Script], ScriptedServer]
TEXT = "Grüße, 世界 👩‍🚀 and \x1b[31mred\x1b[0m.\n\nA second paragraph of it."
CASES = {
    "a whole answer": [],
    "no [DONE]": ["no-done"],
    "no finish reason": ["no-finish"],
    "usage alone": ["usage-alone"],
    "crlf": ["crlf"],
    "a byte order mark": ["bom"],
    "no space after the colon": ["no-space"],
    "comments": ["comments"],
    "split characters": ["split-utf8"],
    "tiny writes": ["tiny"],
    "close-delimited": ["close-delimited"],
    "gzip": ["gzip=always"],
    "one write": ["one-write"],
    "not a stream": ["not-stream"],
    "empty": ["empty"],
    "cut by length": ["finish=length"],
    "filtered": ["finish=content_filter"],
    "aborted": ["finish=aborted"],
    "an error frame": ["error-after=4"],
    "a late error": ["late-error"],
    "garbage": ["garbage-after=4"],
    "a cut": ["drop-after=4"],
    "a close-delimited cut": ["close-delimited", "drop-after=4"],
    "half a frame": ["cut-frame-after=4"],
    "html": ["html"],
}


SERVED = "DEEPSEEK_BASE_URL"
# A resumed answer is better than any of its streams: these are about one.
ONE_STREAM = {"DSK_RESUME": "0", "DSK_RETRY": "0"}


@pytest.fixture(scope="module")
def body(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    """What every way sends."""
    asking = Dsk(tmp_path_factory.mktemp("body") / "home", {"DEEPSEEK_API_KEY": KEY})
    return asking.run("ask", "--dry-run", "X", stdin=None).stdout


@pytest.mark.parametrize("name", CASES)
def test_every_way_gives_the_same(dsk: Dsk, serve: Serve, body: bytes, name: str) -> None:
    """As text and as raw bytes, which are those that curl gets."""
    server = serve(Script(replies=(Reply(text=TEXT),), faults=tuple(parse_fault(f) for f in CASES[name])))
    env = {SERVED: server.base_url, **ONE_STREAM}
    (dsk.home / "body.json").write_bytes(body)
    as_text, as_raw = (
        (result.stdout, result.status)
        for result in (dsk.run("ask", *output, "X", stdin=None, env=env) for output in ([], ["--raw"]))
    )

    def piped(script: str) -> tuple[bytes, int]:
        result = dsk.shell(script, env=env)
        return result.stdout, result.status

    def kept(name: str) -> bytes:
        return _without_ids((dsk.home / name).read_bytes())

    assert piped("dsk send body.json") == as_text
    assert piped("dsk send --raw < body.json | tee sent.sse | dsk decode") == as_text
    # Without the status of who fetched it, that of decode is left, which is the same.
    assert piped("dsk decode --raw sent.sse") == ((dsk.home / "sent.sse").read_bytes(), as_raw[1])
    curl = f"curl -sN --compressed {server.base_url}/chat/completions -H 'Authorization: Bearer {KEY}'"
    curl += " -H 'Content-Type: application/json' -d @body.json"
    # curl has a status of its own for a transfer that was cut: the last to speak is decode.
    assert piped(f"set +o pipefail; {curl} | tee curl.sse | dsk decode") == as_text
    assert kept("sent.sse") == kept("curl.sse") == _without_ids(as_raw[0])


@pytest.mark.parametrize(
    ("name", "output"), [("a whole answer", "--no-newline"), ("a cut", "--no-newline"), ("gzip", "--format raw")]
)
def test_every_way_takes_the_options_of_output(dsk: Dsk, serve: Serve, body: bytes, name: str, output: str) -> None:
    server = serve(Script(replies=(Reply(text=TEXT),), faults=tuple(parse_fault(f) for f in CASES[name])))
    env = {SERVED: server.base_url, **ONE_STREAM}
    (dsk.home / "body.json").write_bytes(body)
    whole = dsk.run("ask", *output.split(), "X", stdin=None, env=env)
    for script in (f"dsk send {output} body.json", f"dsk send --raw < body.json | dsk decode {output}"):
        result = dsk.shell(script, env=env)
        assert (_without_ids(result.stdout), result.status) == (_without_ids(whole.stdout), whole.status)


@pytest.mark.parametrize("stage", ["dsk send", "dsk send --raw | dsk decode"])
def test_the_body_may_come_by_a_pipe(dsk: Dsk, serve: Serve, stage: str) -> None:
    env = {"DEEPSEEK_BASE_URL": serve(Script(replies=(Reply(text=TEXT),))).base_url}
    assert dsk.shell(f"dsk ask --dry-run X | {stage}", env=env) == Result(TEXT.encode() + b"\n", b"", 0)


def _without_ids(frames: bytes) -> bytes:
    """The frames without what the server makes up anew for each request."""
    return re.sub(rb'"(id|created)": ?("[^"]*"|\d+)', rb"", frames)


def test_the_same_request_reaches_the_server(dsk: Dsk, serve: Serve) -> None:
    server = serve(Script())
    env = {"DEEPSEEK_BASE_URL": server.base_url}
    dsk.run("ask", "-s", "be brief", "--temperature", "0.5", "--think", "Grüße", stdin=b"doc\n", env=env)
    dsk.shell(
        "printf 'doc\\n' | dsk ask --dry-run -s 'be brief' --temperature 0.5 --think Grüße | dsk send",
        env=env,
    )
    dsk.shell(
        "eval \"$(printf 'doc\\n' | dsk ask --print-curl -s 'be brief' --temperature 0.5 --think Grüße)\"",
        env=env,
    )
    first, second, third = server.requests
    assert first.body == second.body.rstrip(b"\n") == third.body
    for name in ("Authorization", "Content-Type"):
        assert first.headers[name] == second.headers[name] == third.headers[name]
    assert first.path == second.path == third.path == "/chat/completions"


def test_print_curl_never_expands_the_key(dsk: Dsk) -> None:
    result = dsk.run("ask", "--print-curl", "hi", stdin=None)
    assert KEY not in result.text
    assert '-H "Authorization: Bearer $DEEPSEEK_API_KEY"' in result.text


def test_print_curl_says_that_the_command_is_not_offline(dsk: Dsk) -> None:
    result = dsk.run("ask", "--offline", "--print-curl", "hi", stdin=None)
    assert result.errors == "dsk: warning: --offline is not in the command: it asks https://api.deepseek.com\n"
    assert "https://api.deepseek.com/" in result.text


def test_print_curl_names_a_key_only_where_one_would_be_sent(dsk: Dsk, serve: Serve) -> None:
    base_url = serve(Script()).base_url
    without = dsk.run("ask", "--print-curl", "--base-url", base_url, "hi", stdin=None, env={"DEEPSEEK_API_KEY": ""})
    assert "Authorization" not in without.text
    assert without.stderr == b""
    dsk.write_config(f'[profiles.open]\nbase_url = "{base_url}"\nmodel = "m"\nkey_env = ""\n')
    assert "Authorization" not in dsk.run("ask", "-P", "open", "--print-curl", "hi", stdin=None).text
    assert "Authorization" in dsk.run("ask", "--print-curl", "--base-url", base_url, "hi", stdin=None).text


def test_print_curl_says_that_the_key_must_be_in_its_variable(dsk: Dsk) -> None:
    result = dsk.run("ask", "--print-curl", "hi", stdin=None, env={"DEEPSEEK_API_KEY": ""})
    assert "Bearer $DEEPSEEK_API_KEY" in result.text
    assert result.errors == "dsk: warning: the command takes the key from $DEEPSEEK_API_KEY, which is not set\n"


def test_print_curl_carries_the_clocks_that_curl_has(dsk: Dsk) -> None:
    args = ["ask", "--print-curl", "--connect-timeout", "2.5", "--max-time", "1000000", "hi"]
    (line, *_) = dsk.run(*args, stdin=None).text.splitlines()
    assert line.startswith("curl -sSN --connect-timeout 2.5 --max-time 1000000 https://")
    (line, *_) = dsk.run("ask", "--print-curl", "hi", stdin=None).text.splitlines()
    assert line.startswith("curl -sSN --connect-timeout 10 https://")


def test_print_curl_quotes_what_the_shell_would_touch(dsk: Dsk, serve: Serve) -> None:
    server = serve(Script(replies=(Reply(echo=True),)))
    prompt = 'it\'s $HOME `id` "x" \\ END\nEND\n!'
    env = {"DEEPSEEK_BASE_URL": server.base_url, "PROMPT": prompt}
    result = dsk.shell('eval "$(dsk ask --print-curl "$PROMPT")" | dsk decode', env=env)
    assert result == Result(prompt.encode() + b"\n", b"", 0)


def test_send_sends_the_bytes_it_is_given(dsk: Dsk, serve: Serve) -> None:
    server = serve(Script())
    body = b'{ "model" : "deepseek-flash",\n "messages":[{"role":"user","content":"h\\u0069"}], "stream": true }\n'
    result = dsk.run("send", "--base-url", server.base_url, stdin=body)
    assert result.status == 0
    assert server.requests[0].body == body


def test_send_takes_a_file(dsk: Dsk, serve: Serve) -> None:
    server = serve(Script(replies=(Reply(text="yes"),)))
    (dsk.home / "body.json").write_bytes(dsk.run("ask", "--dry-run", "hi", stdin=None).stdout)
    assert dsk.run("send", "--base-url", server.base_url, "body.json") == Result(b"yes\n", b"", 0)


@pytest.mark.parametrize(
    ("body", "message"),
    [
        (b"", "there is no request body: stdin is empty"),
        (b" \n", "there is no request body: stdin is empty"),
        (b"{", "the request body in stdin is not JSON: "),
        (b"[]", "the request body in stdin is not a JSON object"),
        (b'{"a": "\xff"}', "stdin is not UTF-8 text: byte 7 is 0xff"),
        (b"[" * 100_000, "the request body in stdin is not JSON: it is nested too deep"),
        (b'{"a": NaN}', "the request body in stdin is not JSON: NaN is no JSON value"),
        (b'{"a": [-Infinity]}', "the request body in stdin is not JSON: -Infinity is no JSON value"),
        (b'{"a": 1e999}', "the request body in stdin is not JSON: 1e999 is too large a number"),
        (b'{"a": ' + b"9" * 5000 + b"}", "the request body in stdin is not JSON: 99999999999999999999... has too many"),
    ],
)
def test_send_refuses_what_is_no_body_before_anything_is_sent(
    dsk: Dsk, serve: Serve, body: bytes, message: str
) -> None:
    server = serve(Script())
    result = dsk.run("send", "--base-url", server.base_url, stdin=body)
    assert (result.stdout, result.status) == (b"", 2)
    assert result.errors.startswith(f"dsk: {message}")
    assert server.requests == []


def test_an_http_error_ends_the_sending_command_and_pipefail_sees_it(dsk: Dsk, serve: Serve) -> None:
    server = serve(Script(faults=(parse_fault("402"),)))
    env = {"DEEPSEEK_BASE_URL": server.base_url}
    result = dsk.shell('dsk ask --dry-run X | dsk send --raw | dsk decode; echo "${PIPESTATUS[*]}"', env=env)
    assert result.stdout == b"0 4 12\n"


def test_decode_reads_files_as_cat_joins_them(dsk: Dsk) -> None:
    frames = b'data: {"choices":[{"index":0,"delta":{"content":"ab"}}]}\n\ndata: [DONE]\n\n'
    (dsk.home / "1").write_bytes(frames[:30])
    (dsk.home / "2").write_bytes(frames[30:])
    assert dsk.run("decode", "1", "2") == Result(b"ab\n", b"", 0)
    assert dsk.run("decode", "1", "-", stdin=frames[30:]) == Result(b"ab\n", b"", 0)


WHOLE = b'data: {"choices":[{"index":0,"delta":{"content":"ab"}}]}\n\ndata: [DONE]\n\n'


def test_decode_warns_of_an_answer_after_the_first(dsk: Dsk) -> None:
    for name in ("a.sse", "b.sse"):
        (dsk.home / name).write_bytes(WHOLE)
    result = dsk.run("decode", "a.sse", "b.sse")
    assert (result.stdout, result.status) == (b"ab\n", 0)
    assert result.errors == (
        f"dsk: warning: {len(WHOLE)} bytes after [DONE] were not read as an answer: decode one file at a time\n"
    )
    assert dsk.run("decode", stdin=WHOLE + WHOLE) == result


@pytest.mark.parametrize("rest", [b"\n\n\n", b": bye\n\n", b"\r\n: bye", b"retry: 0\n\n", b"event: close\rid\rretry"])
def test_lines_without_data_after_the_end_are_no_reason_to_warn(dsk: Dsk, rest: bytes) -> None:
    assert dsk.run("decode", stdin=WHOLE + rest) == Result(b"ab\n", b"", 0)


def test_a_second_answer_is_noticed_in_whatever_pieces_it_comes(dsk: Dsk) -> None:
    read, write = os.pipe()
    with dsk.start("decode", stdin=read) as process:
        os.close(read)
        for byte in (WHOLE + b": and\nretry: 0\n\n" + WHOLE).replace(b"\n", b"\r\n"):
            os.write(write, bytes([byte]))
        os.close(write)
        stdout, stderr = process.communicate(timeout=30)
    assert (stdout, process.returncode) == (b"ab\n", 0)
    assert stderr.startswith(b"dsk: warning: %d bytes after [DONE] " % (len(WHOLE) + WHOLE.count(b"\n")))


def test_decode_passes_everything_on_in_raw_and_does_not_warn(dsk: Dsk) -> None:
    assert dsk.run("decode", "--raw", stdin=WHOLE + WHOLE) == Result(WHOLE + WHOLE, b"", 0)


def test_decode_names_a_file_that_is_not_there(dsk: Dsk) -> None:
    result = dsk.run("decode", "nowhere.sse")
    assert (result.stdout, result.status) == (b"", 2)
    assert result.errors.startswith("dsk: cannot read nowhere.sse: no such file or directory\ndsk: hint: ")


def test_decode_names_the_frame_that_is_not_json_after_all_good_text(dsk: Dsk) -> None:
    good = b'data: {"choices":[{"index":0,"delta":{"content":"good "}}]}\n\n'
    result = dsk.run("decode", stdin=good + b": hi\n\n" + good + b"data: {oops\n\n" + good + b"data: [DONE]\n\n")
    assert (result.stdout, result.status) == (b"good good ", 12)
    assert "frame 3" in result.errors


def test_decode_of_nothing_is_a_broken_stream(dsk: Dsk) -> None:
    result = dsk.run("decode", stdin=b"")
    assert (result.stdout, result.status) == (b"", 12)


def test_json_of_decode_is_that_of_ask_but_for_the_times(dsk: Dsk, serve: Serve) -> None:
    server = serve(Script(replies=(Reply(text=TEXT, reasoning="hm"),)))
    env = {"DEEPSEEK_BASE_URL": server.base_url}
    asked = json.loads(dsk.run("ask", "--json", "--think", "X", stdin=None, env=env).stdout)
    frames = dsk.run("ask", "--raw", "--think", "X", stdin=None, env=env).stdout
    decoded = json.loads(dsk.run("decode", "--json", stdin=frames).stdout)
    assert list(asked) == (
        [
            "id",
            "model",
            "content",
            "reasoning",
            "tool_calls",
            "finish_reason",
            "usage",
            "choices",
            "timing",
            "resumed",
            "status",
            "error",
        ]
    )
    assert asked["timing"]["first_token"] <= asked["timing"]["total"]
    assert decoded["timing"] == {"first_token": None, "total": None}
    for name in ("id", "timing"):
        asked.pop(name)
        decoded.pop(name)
    assert decoded == asked
    assert (asked["content"], asked["reasoning"], asked["status"]) == (TEXT, "hm", 0)
