"""The endpoint as an HTTP/1.1 server: connections, framing, limits, TLS, many clients at once."""

from __future__ import annotations

import http.client
import json
import socket
import ssl
import subprocess
import threading
from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path

import pytest

from dsk.errors import LocalFault
from dsk.scripted.faults import parse_fault
from dsk.scripted.script import Reply, Script
from dsk.scripted.server import ScriptedServer
from tests.harness import wait_closed, wait_requests, wait_until
from tests.scripted.client import CHAT, DEADLINE, PLAIN, STREAM, Client, get

Serve = Callable[[Script], ScriptedServer]

ONE = Script(replies=(Reply(text="one two"),))
CLIENTS = 200


def test_one_connection_takes_request_after_request(serve: Serve) -> None:
    with Client(serve(ONE)) as client:
        for body in (STREAM, PLAIN, STREAM):
            client.ask(CHAT, body)
            got = client.receive()
            assert (got.status, got.end, got.headers["connection"]) == (200, "whole", "keep-alive")


def test_requests_may_come_before_they_are_answered(serve: Serve) -> None:
    with Client(serve(Script(replies=(Reply(echo=True),), pace=200))) as client:
        for text in ("a b c", "d"):
            client.ask(CHAT, {**STREAM, "messages": [{"role": "user", "content": text}]})
        assert [client.receive().text for _ in range(2)] == ["a b c", "d"]


@pytest.mark.parametrize("fields", [{"Connection": "close"}, {"Connection": "Keep-Alive, Close"}])
def test_a_connection_is_closed_if_the_client_wants_it(serve: Serve, fields: dict[str, str]) -> None:
    with Client(serve(ONE)) as client:
        client.ask(CHAT, PLAIN, fields)
        assert client.receive().headers["connection"] == "close"
        assert client.is_closed()


def test_http_1_0_gets_no_chunks(serve: Serve) -> None:
    with Client(serve(ONE)) as client:
        body = json.dumps(STREAM).encode()
        client.socket.sendall(f"POST {CHAT} HTTP/1.0\r\nContent-Length: {len(body)}\r\n\r\n".encode() + body)
        got = client.receive()
    assert "transfer-encoding" not in got.headers
    assert (got.text, got.end) == ("one two", "closed")


def test_a_request_may_be_chunked_and_come_in_single_bytes(serve: Serve) -> None:
    body = json.dumps(PLAIN).encode()
    chunks = b"5;x=y\r\n" + body[:5] + b"\r\n%X\r\n" % len(body[5:]) + body[5:] + b"\r\n0\r\nTrailer: a\r\n\r\n"
    request = f"\r\nPOST {CHAT} HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n".encode() + chunks
    with Client(serve(ONE)) as client:
        for _ in range(2):
            for place in range(len(request)):
                client.socket.sendall(request[place : place + 1])
            assert client.receive().status == 200


def test_a_client_that_waits_for_100_continue_gets_it(serve: Serve) -> None:
    body = json.dumps(PLAIN).encode()
    with Client(serve(ONE)) as client:
        head = f"POST {CHAT} HTTP/1.1\r\nExpect: 100-continue\r\nContent-Length: {len(body)}\r\n\r\n"
        client.socket.sendall(head.encode())
        assert client.piece() == b"HTTP/1.1 100 Continue\r\n\r\n"
        client.socket.sendall(body)
        assert client.receive().status == 200


@pytest.mark.parametrize(
    ("request_bytes", "status"),
    [
        (b"nonsense\r\n\r\n", 400),
        (b"GET /models HTTP/2.0\r\n\r\n", 400),
        (b"GET /models HTTP/1.1\r\nbad header\r\n\r\n", 400),
        (b"POST / HTTP/1.1\r\nContent-Length: -1\r\n\r\n", 400),
        (b"POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\nxyz\r\n", 400),
        (b"GET / HTTP/1.1\r\nA: " + b"a" * (1 << 17) + b"\r\n\r\n", 431),
    ],
)
def test_what_is_no_request_is_refused_and_the_connection_closed(
    serve: Serve, request_bytes: bytes, status: int
) -> None:
    with Client(serve(ONE)) as client:
        client.socket.sendall(request_bytes)
        got = client.receive()
        assert (got.status, got.headers["connection"]) == (status, "close")
        assert client.is_closed()


@pytest.mark.parametrize("chunked", [False, True])
def test_a_body_over_the_limit_is_413_and_the_client_gets_to_read_it(serve: Serve, chunked: bool) -> None:
    server = serve(Script(body_limit=1000))
    head, body = f"POST {CHAT} HTTP/1.1\r\n", b"x" * (1 << 20)
    head += "Transfer-Encoding: chunked\r\n\r\n100000\r\n" if chunked else f"Content-Length: {len(body)}\r\n\r\n"
    with Client(server) as client:
        client.socket.sendall(head.encode() + body)
        got = client.receive()
    assert (got.status, got.headers["content-type"]) == (413, "text/html")
    assert server.requests[0].status == 413


def test_the_standard_library_reads_an_answer(serve: Serve) -> None:
    connection = http.client.HTTPConnection("127.0.0.1", serve(ONE).port, timeout=DEADLINE)
    for body in (STREAM, PLAIN):
        connection.request("POST", CHAT, json.dumps(body), {"Content-Type": "application/json"})
        response = connection.getresponse()
        assert b"one" in response.read()
    connection.close()


def test_the_standard_library_sees_a_cut(serve: Serve) -> None:
    server = serve(ONE._replace(faults=(parse_fault("drop-after=1"),)))
    connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=DEADLINE)
    connection.request("POST", CHAT, json.dumps(STREAM))
    with pytest.raises(http.client.IncompleteRead) as caught:
        connection.getresponse().read()
    assert b'"content":"one"' in caught.value.partial
    connection.close()


def test_200_clients_are_served_at_once(serve: Serve) -> None:
    # As many requests as there are clients are stalled: so all of them are there before any is answered.
    stalled: list[Client] = []
    answered: list[Client] = []
    script = Script(replies=(Reply(echo=True),), pace=1000, faults=(parse_fault(f"stallx{CLIENTS}"),))
    server = serve(script)
    with ExitStack() as stack:
        for clients in (stalled, answered):
            clients += [stack.enter_context(Client(server)) for _ in range(CLIENTS)]
            for number, client in enumerate(clients):
                client.ask(CHAT, {**STREAM, "messages": [{"role": "user", "content": f"{number} is my number"}]})
            wait_requests(server, CLIENTS)
        assert [client.receive().text for client in answered] == [f"{n} is my number" for n in range(CLIENTS)]
        wait_until(lambda: sum(seen.ended is None for seen in server.requests) == CLIENTS, "the other half to end")
    for index in range(CLIENTS):
        assert wait_closed(server, index).status in (0, 200)
    assert sum(seen.closed_early for seen in server.requests) == CLIENTS


def test_closing_the_server_ends_its_connections_and_its_threads() -> None:
    with ScriptedServer(Script(first_token=1000)) as server:
        clients = [Client(server) for _ in range(3)]
        clients[0].ask(CHAT, STREAM)
        assert clients[0].piece().startswith(b"HTTP/1.1 200 OK")
    assert not server.requests[0].closed_early
    assert server.requests[0].ended is not None
    assert [client.is_closed() for client in clients] == [True] * 3
    for client in clients:
        client.socket.close()
    assert "dsk-scripted" not in [thread.name for thread in threading.enumerate()]
    with pytest.raises(ConnectionRefusedError):
        Client(server)


def test_a_port_that_is_taken_is_a_local_fault(serve: Serve) -> None:
    port = serve(ONE).port
    with pytest.raises(LocalFault) as caught:
        ScriptedServer(ONE, port=port)
    assert caught.value.message == f"cannot listen on 127.0.0.1:{port}: address already in use"
    assert "--port" in caught.value.hint


def test_a_host_that_does_not_exist_is_a_local_fault() -> None:
    with pytest.raises(LocalFault, match="cannot listen on no such host:0"):
        ScriptedServer(ONE, host="no such host")


def test_the_base_url_can_be_used_as_it_is(serve: Serve) -> None:
    server = serve(ONE)
    assert server.base_url == f"http://127.0.0.1:{server.port}"
    with ScriptedServer(ONE, host="0.0.0.0") as everywhere:
        assert everywhere.base_url == f"http://127.0.0.1:{everywhere.port}"
        assert everywhere.address == "0.0.0.0"


@pytest.mark.skipif(not socket.has_ipv6, reason="this Python has no IPv6")
def test_ipv6_is_written_in_brackets() -> None:
    try:
        server = ScriptedServer(ONE, host="::1")
    except LocalFault:
        pytest.skip("there is no IPv6 loopback here")
    with server, Client(socket.create_connection(("::1", server.port), DEADLINE)) as client:
        assert server.base_url == f"http://[::1]:{server.port}"
        client.send("GET", "/models")
        assert client.receive().status == 200


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("tls")
    command = (
        "openssl req -x509 -newkey rsa:2048 -nodes -days 2 -subj /CN=localhost -addext subjectAltName=IP:127.0.0.1"
    )
    subprocess.run(
        [*command.split(), "-keyout", "key.pem", "-out", "cert.pem"], cwd=folder, check=True, capture_output=True
    )
    return folder


@pytest.fixture
def tls(certificate: Path) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate / "cert.pem", certificate / "key.pem")
    return context


def secure(server: ScriptedServer, certificate: Path) -> Client:
    context = ssl.create_default_context(cafile=str(certificate / "cert.pem"))
    plain = socket.create_connection(("127.0.0.1", server.port), DEADLINE)
    return Client(context.wrap_socket(plain, server_hostname="127.0.0.1", suppress_ragged_eofs=False))


def test_over_tls_all_is_the_same(tls: ssl.SSLContext, certificate: Path) -> None:
    script = ONE._replace(pace=100)
    with ScriptedServer(script, tls=tls) as server, secure(server, certificate) as client:
        assert server.base_url == f"https://127.0.0.1:{server.port}"
        for _ in range(2):
            client.ask(CHAT, STREAM)
            assert client.receive().text == "one two"
        client.ask(CHAT, PLAIN, {"Connection": "close"})
        assert client.receive().status == 200
        assert client.is_closed()


def test_over_tls_a_client_that_leaves_is_noticed(tls: ssl.SSLContext, certificate: Path) -> None:
    with ScriptedServer(Script(first_token=1000), tls=tls) as server:
        with secure(server, certificate) as client:
            client.ask(CHAT, STREAM)
            wait_requests(server, 1)
        assert wait_closed(server, 0).closed_early


def test_a_client_that_does_not_speak_tls_does_no_harm(tls: ssl.SSLContext, certificate: Path) -> None:
    with ScriptedServer(ONE, tls=tls) as server:
        with Client(server) as client:
            client.send("GET", "/models")
            with pytest.raises((EOFError, ConnectionResetError, ValueError)):
                client.receive()
        with secure(server, certificate) as client:
            client.send("GET", "/models")
            assert client.receive().status == 200


def test_connections_that_are_only_opened_leave_nothing_behind(serve: Serve) -> None:
    server = serve(ONE)
    before = len(list(Path("/dev/fd").iterdir()))
    for _ in range(20):
        Client(server).socket.close()
    wait_until(lambda: len(list(Path("/dev/fd").iterdir())) <= before, "the descriptors to be closed")
    assert server.requests == []
    assert get(server, "/models").status == 200
