"""A request that goes out before requests is loaded: the same bytes, the same settings, the same faults as with it."""

from __future__ import annotations

import math
import socket
import ssl
import subprocess
import sys
import threading
from contextlib import suppress
from pathlib import Path

import pytest
import trustme
from requests.adapters import DEFAULT_CA_BUNDLE_PATH
from urllib3.util.ssl_ import create_urllib3_context

from dsk.scripted.script import Reply, Script
from dsk.scripted.server import ScriptedServer
from dsk.wire import preconnection
from dsk.wire.direct import Address, direct_address
from dsk.wire.endpoint import Endpoint
from dsk.wire.preconnection import preconnect
from dsk.wire.tls import context
from tests.harness import Dsk, wait_until
from tests.wire.both_ways import BODY, fault_of, posted
from tests.wire.listening import Listening
from tests.wire.raw import RawServer, says

EMPTY = b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n"


@pytest.mark.parametrize("key", ["sk-1", None])
@pytest.mark.parametrize("headers", [{}, {"X-Title": "a b", "api-key": "k;v"}])
@pytest.mark.parametrize("path", ["", "/v1", "/a~b/c-d/v1.2"])
def test_the_bytes_are_those_that_requests_sends(key: str | None, headers: dict[str, str], path: str) -> None:
    with RawServer(says(EMPTY)) as server:
        endpoint = Endpoint(server.url + path, key, headers)
        for ahead in (True, False):
            assert posted(endpoint, ahead=ahead) == b""
        first, second = server.requests
    assert first == second
    assert first.endswith(b"\r\n\r\n" + BODY)


@pytest.mark.parametrize(
    "headers",
    [{"User-Agent": "x"}, {"Host": "h"}, {"X-A": "1", "x-a": "2"}, {"authorization": "Basic x"}, {"X-A": "ü"}],
)
def test_headers_that_ask_for_more_are_left_to_requests(headers: dict[str, str]) -> None:
    with RawServer(says(EMPTY)) as server:
        endpoint = Endpoint(server.url, "sk-1", headers)
        for ahead in (True, False):
            assert posted(endpoint, ahead=ahead) == b""
        first, second = server.requests
    assert first == second


def test_the_settings_of_tls_are_those_of_urllib3(monkeypatch: pytest.MonkeyPatch) -> None:
    for variable in ("SSLKEYLOGFILE", "REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE"):
        monkeypatch.delenv(variable, raising=False)
    ours, theirs = context(), create_urllib3_context()
    for name in (
        *("options", "verify_flags", "verify_mode", "minimum_version", "maximum_version", "check_hostname"),
        *("hostname_checks_common_name", "post_handshake_auth", "protocol", "keylog_filename", "sni_callback"),
    ):
        assert getattr(ours, name) == getattr(theirs, name), name
    assert [c["name"] for c in ours.get_ciphers()] == [c["name"] for c in theirs.get_ciphers()]
    theirs.load_verify_locations(cafile=DEFAULT_CA_BUNDLE_PATH)
    assert sorted(ours.get_ca_certs(binary_form=True)) == sorted(theirs.get_ca_certs(binary_form=True))


@pytest.mark.parametrize(
    ("url", "address"),
    [
        ("https://api.deepseek.com", Address("https", "api.deepseek.com", 443)),
        ("http://127.0.0.1:8080/v1", Address("http", "127.0.0.1", 8080)),
        ("http://localhost:80", Address("http", "localhost", 80)),
        ("https://API.deepseek.com", None),
        ("https://münchen.example", None),
        ("https://[::1]:443", None),
        ("https://a..b", None),
        ("https://a/b%20c", None),
        ("https://a/../b", None),
        ("https://a//b", None),
    ],
)
def test_what_is_plain_is_reached_directly(url: str, address: Address | None) -> None:
    assert direct_address(url, {}) == address


@pytest.mark.parametrize("variable", ["https_proxy", "HTTPS_PROXY", "ALL_PROXY", "http_proxy"])
def test_where_there_may_be_a_proxy_requests_finds_the_way(variable: str) -> None:
    env = {variable: "http://proxy:3128"}
    assert direct_address("https://api.deepseek.com", env) is None
    assert direct_address("http://127.0.0.1:1", env), "no proxy stands between this machine and itself"
    assert direct_address("https://api.deepseek.com", {variable: "", "no_proxy": "x"})


@pytest.mark.parametrize(
    "answer",
    [
        b"",
        b"SSH-2.0-OpenSSH\r\n",
        b"HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nabc",
        b"HTTP/1.1 429 Too Many\r\nRetry-After: 3\r\nContent-Length: 2\r\n\r\n{}",
        b"HTTP/1.1 302 Found\r\nLocation: http://elsewhere.example/\r\nContent-Length: 0\r\n\r\n",
        b"HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nContent-Encoding: br2\r\n\r\n",
    ],
)
def test_a_faulty_answer_is_told_alike(answer: bytes) -> None:
    with RawServer(says(answer)) as server:
        endpoint = Endpoint(server.url, "sk-1", {})
        ahead, ordinary = (posted(endpoint, ahead=ahead) for ahead in (True, False))
        assert len(server.requests) % 2 == 0
    assert fault_of(ahead) == fault_of(ordinary)


@pytest.mark.parametrize("clock", ["first_token", "stall", "max_time"])
def test_a_silent_server_is_under_the_same_clocks(clock: str) -> None:
    with RawServer(lambda _connection: server.waits()) as server:
        ahead, ordinary = (posted(Endpoint(server.url, None, {}), ahead=a, **{clock: 0.2}) for a in (True, False))
    assert fault_of(ahead) == fault_of(ordinary)
    assert fault_of(ahead).status == 8


@pytest.mark.parametrize("scheme", ["http", "https"])
def test_a_handshake_that_fails_is_told_alike(scheme: str) -> None:
    with RawServer(says(b"not TLS"), reads=False) as server:
        base_url = server.url.replace("http", scheme)
        ahead, ordinary = (posted(Endpoint(base_url, None, {}), ahead=a) for a in (True, False))
    assert fault_of(ahead) == fault_of(ordinary)


def test_a_handshake_that_does_not_come_is_told_alike() -> None:
    with RawServer(lambda _connection: server.waits(), reads=False) as server:
        base_url = server.url.replace("http", "https")
        ahead, ordinary = (posted(Endpoint(base_url, None, {}), ahead=a, connect=0.3) for a in (True, False))
    assert fault_of(ahead) == fault_of(ordinary)
    assert fault_of(ahead).status == 8


@pytest.mark.parametrize(
    "base_url", ["https://nowhere.invalid", "http://127.0.0.1:{closed}", "https://127.0.0.1:{closed}"]
)
def test_a_connection_that_cannot_be_made_is_told_alike(base_url: str) -> None:
    with RawServer(says(b"")) as server:
        closed = server.port
    endpoint = Endpoint(base_url.format(closed=closed), None, {})
    assert fault_of(posted(endpoint, ahead=True)) == fault_of(posted(endpoint, ahead=False))


@pytest.mark.parametrize("name", ["127.0.0.1", "localhost", "other.example"])
@pytest.mark.parametrize("bundle", ["theirs", "none", "garbage", "unreadable"])
def test_certificates_are_judged_alike(name: str, bundle: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    authority = trustme.CA()
    settings = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    authority.issue_cert("localhost" if name == "localhost" else name).configure_cert(settings)
    path = tmp_path / "ca.pem"
    if bundle == "theirs":
        authority.cert_pem.write_to_path(str(path))
    else:
        path.write_text("garbage")
    if bundle != "none":
        monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(path if bundle != "unreadable" else "/proc/self/mem"))
    with ScriptedServer(Script(replies=(Reply(text="yes"),)), tls=settings) as server:
        host = "localhost" if name == "localhost" else "127.0.0.1"
        endpoint = Endpoint(server.base_url.replace("127.0.0.1", host), None, {})
        ahead, ordinary = (posted(endpoint, ahead=a) for a in (True, False))
    if isinstance(ordinary, bytes):
        assert isinstance(ahead, bytes)
        assert (bundle, b"yes" in ahead) == ("theirs", True)
    else:
        assert fault_of(ahead) == fault_of(ordinary)


def test_threads_take_turns_as_before_once_the_request_is_sent_or_given_up() -> None:
    usual = sys.getswitchinterval()
    with RawServer(says(EMPTY)) as server:
        endpoint = Endpoint(server.url, None, {})
        assert posted(endpoint, ahead=True) == b""
        assert sys.getswitchinterval() == usual
        made = preconnect(endpoint, 5.0)
        assert made
        assert sys.getswitchinterval() < usual
        made.close()
        assert sys.getswitchinterval() == usual


UNASKED = {
    "the end": b"",
    "a 408": b"HTTP/1.1 408 Request Timeout\r\nContent-Length: 0\r\n\r\n",
    "junk": b"\0",
}


@pytest.mark.parametrize("said", UNASKED)
@pytest.mark.parametrize("tls", [None, ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3], ids=str)
def test_a_connection_over_which_something_came_before_the_request_is_not_used(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, tls: ssl.TLSVersion | None, said: str
) -> None:
    authority = trustme.CA()
    settings = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert("127.0.0.1").configure_cert(settings)
    authority.cert_pem.write_to_path(str(tmp_path / "ca.pem"))
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(tmp_path / "ca.pem"))
    # It is not its age that speaks against it.
    monkeypatch.setattr(preconnection, "KEEPS", math.inf)
    if tls:
        settings.minimum_version = settings.maximum_version = tls
    may_speak = threading.Event()

    def serve(connection: socket.socket) -> None:
        with settings.wrap_socket(connection, server_side=True) if tls else connection as opened:
            # What comes first where nothing is wrong: tickets of TLS 1.3.
            may_speak.wait()
            opened.sendall(UNASKED[said])
            if isinstance(opened, ssl.SSLSocket) and said == "the end":
                opened.setblocking(False)
                with suppress(ssl.SSLWantReadError):
                    opened.unwrap()

    with Listening(serve) as server:
        made = preconnect(Endpoint(f"http{'s' if tls else ''}://127.0.0.1:{server.port}", None, {}), 5.0)
        assert made
        wait_until(lambda: server.accepted == 1, "the connection")
        assert made.is_fresh()
        may_speak.set()
        wait_until(lambda: not made.is_fresh(), "what the server says")
        made.close()


def test_the_connection_is_made_while_stdin_is_read(dsk: Dsk) -> None:
    with (
        RawServer(says(EMPTY)) as server,
        dsk.start("ask", "--base-url", server.url, "--retry", "0", "hi", stdin=subprocess.PIPE) as process,
    ):
        assert process.stdin
        wait_until(lambda: server.accepted == 1, "the connection")
        assert server.requests == []
        process.stdin.write(b"text")
        process.stdin.close()
        process.wait(30)
        assert server.accepted == 1
        assert b"text" in server.requests[0]


def test_what_stdin_holds_may_still_be_refused_before_a_request_is_made(dsk: Dsk) -> None:
    with RawServer(says(EMPTY)) as server:
        assert dsk.run("ask", "--base-url", server.url, "hi", stdin=b"\xff").status == 2
        assert server.requests == []
