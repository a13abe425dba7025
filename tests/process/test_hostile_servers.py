"""Servers and proxies that are slow, wrong or out to hurt: each run ends in time, says why, and keeps the key."""

from __future__ import annotations

import json
import socket
import time

import pytest

from tests.harness import KEY, Dsk, Result
from tests.wire.raw import RawServer, says

OK = b"HTTP/1.1 200 OK\r\n"
STREAM = OK + b"Content-Type: text/event-stream\r\n\r\n"
CHUNKED = OK + b"Transfer-Encoding: chunked\r\n\r\n"
YES = b'data: {"choices":[{"index":0,"delta":{"content":"yes"},"finish_reason":"stop"}]}\n\ndata: [DONE]\n\n'
BRIEF = ("--first-token", "0.5")
NO_TOKEN = "dsk: no first token: the first-token clock ran out after 0.5 s"


def ask(dsk: Dsk, url: str, *args: str, env: dict[str, str] | None = None, stdin: bytes | None = None) -> Result:
    return dsk.run("ask", "--retry", "0", "--base-url", url, *args, "hi", stdin=stdin, env=env, timeout=20)


@pytest.mark.parametrize(
    ("head", "drop"),
    [
        pytest.param(b"HTTP/1.1 200 ", b"a", id="status-line"),
        pytest.param(OK + b"X: ", b"a", id="header"),
        pytest.param(OK, b"X: y\r\n", id="header-lines"),
        pytest.param(b"", b"HTTP/1.1 100 Continue\r\n\r\n", id="continue"),
        pytest.param(b"", b"HTTP/1.1 103 Early Hints\r\n\r\n", id="early-hints"),
        pytest.param(CHUNKED, b"0", id="chunk-size"),
        pytest.param(CHUNKED + b"5;", b"a", id="chunk-extension"),
        pytest.param(CHUNKED + b"0\r\nX: ", b"a", id="trailers"),
        pytest.param(b"HTTP/1.1 400 Bad\r\n\r\n", b"a", id="refusal"),
        pytest.param(b"HTTP/1.1 404 Not Found\r\n\r\n", b"a", id="not-found"),
        pytest.param(STREAM, b": comment\n\n", id="comments"),
    ],
)
def test_whatever_trickles_in_the_clocks_run(dsk: Dsk, head: bytes, drop: bytes) -> None:
    with RawServer(says(b"")) as server:
        server.drips(head, drop)
        for options, what in ((BRIEF, NO_TOKEN), (("--max-time", "0.5"), "dsk: the run took too long")):
            result = ask(dsk, server.url, *options)
            assert (result.stdout, result.status) == (b"", 8)
            assert result.errors.startswith(what)


@pytest.mark.parametrize(
    "command", [["models"], ["balance"], ["profile", "add", "box"], ["ask", "--dry-run", "hi", "-f"]]
)
@pytest.mark.parametrize("head", [OK + b"X: ", OK + b'\r\n{"data":"'])
def test_documents_are_under_the_clocks_as_well(dsk: Dsk, command: list[str], head: bytes) -> None:
    with RawServer(says(b"")) as server:
        server.drips(head, b"a")
        where = [f"{server.url}/x"] if command[-1] == "-f" else ["--base-url", server.url]
        result = dsk.run(*command, *where, "--max-time", "0.5", stdin=None, timeout=20)
    assert (result.stdout, result.status) == (b"", 8)
    assert "--max-time 0.5 s is over" in result.errors
    # Not every one of them has another clock that could be raised.
    assert "--stall" not in result.errors


@pytest.mark.parametrize("command", [["check"], ["models"], ["balance"], ["profile", "add"]])
def test_a_look_at_a_server_has_an_end_unasked(dsk: Dsk, command: list[str]) -> None:
    assert "whole run takes longer. [default: 30]" in " ".join(dsk.run(*command, "--help").text.split())


NO_API = [b"<html>a portal</html>", b"[[5]]", b'{"error":"no"}', b" " * 100]


@pytest.mark.parametrize("body", NO_API)
def test_a_page_that_is_no_api_is_told_and_no_profile_made_of_it(dsk: Dsk, body: bytes) -> None:
    with RawServer(says(OK + b"\r\n" + body)) as server:
        checked = dsk.run("check", "--base-url", server.url)
        added = dsk.run("profile", "add", "box", "--base-url", server.url)
        said = f"what answers at {server.url}/models is no list of models"
        assert (checked.status, added.status) == (6, 6)
        assert f"fail  answer: {said}; --base-url may lead to another kind of server" in checked.text
        assert added.errors.splitlines()[0] == f"dsk: {said}"
        assert "--no-probe writes the profile without a look" in added.errors.splitlines()[1]
        assert not (dsk.home / "config/dsk/config.toml").exists()
        assert dsk.run("profile", "add", "box", "--no-probe", "--base-url", server.url).status == 0


def test_a_balance_that_is_none_does_not_suffice(dsk: Dsk) -> None:
    with RawServer(says(OK + b'\r\n{"data":null}')) as server:
        result = dsk.run("check", "--base-url", server.url)
    assert result.status == 6
    assert "has 0 models for this key" in result.text
    assert f"fail  balance: what answers at {server.url}/user/balance is no balance" in result.text


@pytest.mark.parametrize(("head", "drop"), [(OK + b"X: ", b"a"), (b"HTTP/1.1 ", b"0"), (b"", b"")])
def test_a_proxy_that_takes_its_time_is_under_the_connect_clock(dsk: Dsk, head: bytes, drop: bytes) -> None:
    with RawServer(says(b"")) as proxy:
        proxy.drips(head, drop)
        env = {"HTTPS_PROXY": proxy.url, "NO_PROXY": ""}
        result = ask(dsk, "https://api.example.invalid", "--connect-timeout", "0.5", env=env)
    assert (result.stdout, result.status) == (b"", 8)
    assert result.errors.startswith("dsk: no connection to api.example.invalid: the connect clock ran out after 0.5 s")


def test_a_handshake_that_does_not_come_is_under_the_connect_clock(dsk: Dsk) -> None:
    with RawServer(says(b""), reads=False) as server:
        server.drips(b"", b"")
        result = ask(dsk, server.url.replace("http", "https"), "--connect-timeout", "0.5")
    assert (result.stdout, result.status) == (b"", 8)
    assert "the connect clock ran out after 0.5 s" in result.errors


def test_an_upload_that_stands_still_is_a_stall_and_no_connect_failure(dsk: Dsk) -> None:
    with RawServer(says(b""), reads=False) as server:
        server.drips(b"", b"")
        result = ask(dsk, server.url, "--stall", "0.5", "--connect-timeout", "10", stdin=b"a" * 16_000_000)
    assert (result.stdout, result.status) == (b"", 8)
    assert result.errors.startswith("dsk: the server went silent: not one byte for 0.5 s")


def test_an_upload_that_moves_may_take_longer_than_connect_and_stall(dsk: Dsk) -> None:
    size = 24_000_000

    def take_slowly(connection: socket.socket) -> None:
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 1 << 16)
        left = size
        slow_until = time.monotonic() + 2.0
        while left > 0:
            left -= len(connection.recv(1 << 16))
            # In so many pieces it takes a multiple of that time.
            if time.monotonic() < slow_until:
                time.sleep(0.02)
        connection.sendall(STREAM + YES)

    with RawServer(take_slowly, reads=False) as server:
        begun = time.monotonic()
        result = ask(dsk, server.url, "--stall", "1.5", "--connect-timeout", "0.5", stdin=b"a" * size)
        assert time.monotonic() - begun > 1.5, "it was slow enough to tell"
    assert result == Result(b"yes\n", b"", 0)


@pytest.mark.parametrize("command", ["models", "balance"])
def test_a_listing_without_end_is_given_up(dsk: Dsk, command: str) -> None:
    def pour(connection: socket.socket) -> None:
        connection.sendall(OK + b'\r\n{"data":[')
        while True:
            connection.sendall(b'{"id":"x"},' * 5000)

    with RawServer(pour) as server:
        result = dsk.run(command, "--base-url", server.url, stdin=None)
    assert (result.stdout, result.status) == (b"", 6)
    assert "the answer is larger than 16 MiB" in result.errors


@pytest.mark.parametrize(
    "coding", ["Content-Encoding: br", "Content-Encoding: foo", "Transfer-Encoding: gzip, chunked"]
)
def test_a_coding_that_cannot_be_undone_is_named(dsk: Dsk, coding: str) -> None:
    with RawServer(says(OK + coding.encode() + b"\r\n\r\n\x8b\xff\x80")) as server:
        result = ask(dsk, server.url)
    assert (result.stdout, result.status) == (b"", 12)
    assert f"it comes in the coding {coding.partition(': ')[2]}, " in result.errors


@pytest.mark.parametrize("variable", ["REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE"])
def test_a_ca_bundle_that_is_not_there_is_named(dsk: Dsk, variable: str) -> None:
    result = ask(dsk, "https://127.0.0.1:1", env={variable: "/nonexistent/ca.pem"})
    assert (result.stdout, result.status) == (b"", 1)
    assert result.errors.startswith(f"dsk: {variable} is /nonexistent/ca.pem: there is no such file\n")


def test_two_lengths_are_the_servers_fault(dsk: Dsk) -> None:
    with RawServer(says(OK + b"Content-Length: 5\r\nContent-Length: 7\r\n\r\n" + YES)) as server:
        result = ask(dsk, server.url)
    assert (result.stdout, result.status) == (b"", 7)
    assert "Content-Length" in result.errors


@pytest.mark.parametrize(
    "location", [b"http://[bad", b"\xff\xfe", b"file:///etc/passwd", b"http://.x/", b"http://x:99999"]
)
@pytest.mark.parametrize("is_file", [False, True])
def test_a_redirect_to_nowhere_is_the_servers_fault(dsk: Dsk, location: bytes, *, is_file: bool) -> None:
    head = b"HTTP/1.1 307 Temporary Redirect\r\nContent-Length: 0\r\nLocation: "
    # Bytes that are no UTF-8 are a path on the same server, which redirects for ever.
    with RawServer(says(head + location + b"\r\n\r\n")) as server:
        result = ask(dsk, server.url, *(("--dry-run", "-f", f"{server.url}/x") if is_file else ()))
    assert (result.stdout, result.status) == (b"", 1)
    assert "redirected to " in result.errors


@pytest.mark.parametrize(
    ("head", "status", "what"),
    [
        (b"HTTP/1.1 304 Not Modified\r\n\r\n", 1, "the server sent no answer: Not Modified (HTTP 304)"),
        (b"HTTP/1.1 101 Upgrade\r\n\r\n", 1, "the server speaks another protocol: Upgrade (HTTP 101)"),
        (b"SSH-2.0-OpenSSH_9\r\n", 7, "it does not speak HTTP: 'SSH-2.0-OpenSSH_9'"),
        (OK + b"X: y\r\n" * 101 + b"\r\n", 7, "it sent more than 100 headers"),
    ],
)
def test_an_odd_answer_is_told_as_what_it_is(dsk: Dsk, head: bytes, status: int, what: str) -> None:
    with RawServer(says(head)) as server:
        result = ask(dsk, server.url)
        assert len(server.requests) == 1
    assert (result.stdout, result.status) == (b"", status)
    assert what in result.errors


@pytest.mark.parametrize("interim", [b"100 Continue", b"102 Processing", b"103 Early Hints"])
def test_what_only_announces_an_answer_is_skipped(dsk: Dsk, interim: bytes) -> None:
    with RawServer(says(b"HTTP/1.1 " + interim + b"\r\nLink: </x>\r\n\r\n" + STREAM + YES)) as server:
        assert ask(dsk, server.url) == Result(b"yes\n", b"", 0)


@pytest.mark.parametrize("seconds", ["1e7", "1e12"])
def test_every_clock_may_be_set_to_longer_than_a_socket_can_wait(dsk: Dsk, seconds: str) -> None:
    with RawServer(says(STREAM + YES)) as server:
        # Together and two of them alone: the shortest that is set is the one that a socket waits by.
        for options in (["--connect-timeout", "--first-token", "--stall", "--max-time"], ["--stall"], ["--max-time"]):
            args = [word for option in options for word in (option, seconds)]
            assert ask(dsk, server.url, *args) == Result(b"yes\n", b"", 0)


def escaped(text: str) -> bytes:
    return "".join(f"\\u{ord(c):04x}" for c in text).encode()


K = KEY.encode()
FILL = b"x" * 590
ECHOES = {
    "401-body": b'HTTP/1.1 401 No\r\n\r\n{"error":{"message":"bad key %s"}}' % K,
    "401-escaped": b'HTTP/1.1 401 No\r\n\r\n{"error":{"message":"bad key %s"}}' % escaped(KEY),
    "401-upper": b'HTTP/1.1 401 No\r\n\r\n{"error":{"message":"bad key %s"}}' % K.upper(),
    "401-cut-in-the-key": b'HTTP/1.1 401 No\r\n\r\n{"error":{"message":"%s %s"}}' % (FILL, K),
    "reason": b"HTTP/1.1 400 %s\r\n\r\n" % K,
    "html-title": b"HTTP/1.1 403 No\r\n\r\n<html><title>no %s</title></html>" % K,
    "trace": b"HTTP/1.1 400 No\r\nX-Request-Id: %s\r\n\r\n{}" % K,
    "location": b"HTTP/1.1 307 No\r\nLocation: http://example.invalid/?k=%s\r\n\r\n" % K,
    "status-line": b"NOPE %s\r\n\r\n" % K,
    "lengths": OK + b"Content-Length: %s\r\nContent-Length: 7\r\n\r\n" % K,
    "coding": OK + b"Content-Encoding: %s\r\n\r\n" % K,
    "chunk-size": CHUNKED + K + b"\r\n",
    "error-frame": STREAM + b'data: {"error":{"message":"bad key %s"}}\n\n' % K,
    "error-frame-escaped": STREAM + b'data: {"error":{"message":"bad key %s"}}\n\n' % escaped(KEY),
    "malformed-frame": STREAM + b"data: bad %s\n\n" % K,
    "html": OK + b"Content-Type: text/html\r\n\r\n<title>%s</title>" % K,
}


@pytest.mark.parametrize("echo", ECHOES)
def test_a_key_that_the_server_echoes_is_not_shown(dsk: Dsk, echo: str) -> None:
    with RawServer(says(ECHOES[echo])) as server:
        events = dsk.home / "events"
        for output in (["--format", "text"], ["--format", "json", "--events-to", str(events)]):
            result = ask(dsk, server.url, "--debug", *output, "--resume", "0")
            assert result.status not in (0, 2), result
            shown = (result.stdout + result.stderr).lower()
            if "--events-to" in output:
                assert events.read_bytes()
                shown += events.read_bytes().lower()
            assert KEY.encode() not in shown
            # Half of a key is a key that somebody may guess.
            assert KEY[:15].encode() not in shown
            assert server.requests[-1].count(KEY.encode()) == 1, "the server knew it"


def test_a_server_that_echoes_the_key_is_still_understood(dsk: Dsk) -> None:
    with RawServer(says(ECHOES["401-escaped"])) as server:
        result = ask(dsk, server.url, "--json")
    assert "bad key [key]" in result.errors
    assert json.loads(result.stdout)["error"]["message"].count("[key]") == 1


@pytest.mark.parametrize("option", [(), ("--raw",)])
def test_a_connection_that_is_lost_right_after_done_has_brought_all(dsk: Dsk, option: tuple[str, ...]) -> None:
    # The line of the end itself has no end.
    body = YES.replace(b',"finish_reason":"stop"', b"").rstrip()
    with RawServer(says(CHUNKED + b"%x\r\n%b\r\n" % (len(body), body))) as server:
        result = ask(dsk, server.url, *option)
    assert result == Result(body if option else b"yes\n", b"", 0)
