"""Many records over few connections, however these lead to the server: as many as there are jobs."""

from __future__ import annotations

import ssl
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import pytest
import trustme

from dsk.scripted.script import Reply, Script
from dsk.scripted.server import ScriptedServer
from tests.harness import KEY, Dsk, wait_requests, wait_until
from tests.map.helpers import Serve, contents, echo, lines_of, numbered
from tests.wire.proxy import TunnelProxy
from tests.wire.talker import CHUNKED, END, Talker, chunk

DONE = b'data: {"choices":[{"index":0,"delta":{"content":"yes"},"finish_reason":"stop"}]}\n\ndata: [DONE]\n\n'


@pytest.fixture
def tls(tmp_path: Path) -> Iterator[tuple[ScriptedServer, str]]:
    """A server that speaks TLS, and the path of the certificates to trust."""
    authority = trustme.CA()
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    authority.issue_cert("api.example.invalid").configure_cert(context)
    path = tmp_path / "ca.pem"
    authority.cert_pem.write_to_path(str(path))
    with ScriptedServer(Script(replies=(Reply(echo=True),)), tls=context) as server:
        yield server, str(path)


def test_they_are_kept_as_many_as_there_are_jobs(dsk: Dsk) -> None:
    with Talker(lambda _: (CHUNKED + chunk(DONE) + END, True)) as server:
        result = dsk.run("map", "--base-url", server.url, "-j", "2", stdin=numbered(40))
        assert contents(result.stdout) == ["yes"] * 40
        assert (server.accepted, server.asked) == (2, 40)


def test_those_through_a_proxy_and_tls_are_kept_too(dsk: Dsk, tls: tuple[ScriptedServer, str]) -> None:
    server, bundle = tls
    port = urlsplit(server.base_url).port
    assert port
    with TunnelProxy(("127.0.0.1", port)) as proxy:
        env = {"HTTPS_PROXY": proxy.url, "NO_PROXY": "", "REQUESTS_CA_BUNDLE": bundle}
        args = ("map", "--base-url", "https://api.example.invalid", "-j", "3")
        result = dsk.run(*args, stdin=numbered(30), env=env)
    assert (result.errors, result.status) == ("", 0)
    assert contents(result.stdout) == [f"record {n}" for n in range(1, 31)]
    assert len(proxy.heads) == 3
    assert KEY.encode() not in b"".join(proxy.heads)


def test_one_that_the_server_closes_between_two_records_costs_nothing(dsk: Dsk) -> None:
    with Talker(lambda n: (CHUNKED + chunk(DONE) + END, n % 3 != 2)) as server:
        result = dsk.run("map", "--base-url", server.url, "-j", "2", "--retry", "0", stdin=numbered(40))
        assert (contents(result.stdout), result.status) == (["yes"] * 40, 0)
        assert {line["attempts"] for line in lines_of(result.stdout)} == {1}


def test_a_key_is_not_sent_in_the_clear_to_another_machine(dsk: Dsk) -> None:
    result = dsk.run("map", "--base-url", "http://api.example.invalid", stdin=b"x\n")
    assert (result.stdout, result.status) == (b"", 2)
    assert "the key would cross the network in the clear" in result.errors


def test_256_streams_are_under_way_at_a_time_and_no_more(dsk: Dsk, serve: Serve) -> None:
    server = echo(serve, "stall-after=1")
    (dsk.home / "in.txt").write_bytes(numbered(300))
    with dsk.start("map", "--base-url", server.base_url, "-j", "256", "-a", "in.txt") as process:
        wait_requests(server, 256)
        wait_until(lambda: sum(request.tokens for request in server.requests) == 256, "a token in each")
        process.terminate()
        process.wait(30)
    assert len(server.requests) == 256
