"""What goes over the network, where to, and what never does."""

from __future__ import annotations

import socket
import ssl
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlsplit

import pytest
import trustme

from dsk.scripted.faults import parse_fault
from dsk.scripted.script import Reply, Script
from dsk.scripted.server import ScriptedServer
from tests.harness import KEY, Dsk, Result
from tests.wire.proxy import TunnelProxy

Serve = Callable[[Script], ScriptedServer]
YES = Script(replies=(Reply(text="yes"),))


def ask(dsk: Dsk, base_url: str, *args: str, env: dict[str, str] | None = None) -> Result:
    return dsk.run("ask", "--base-url", base_url, *args, "hi", stdin=None, env=env)


def test_the_request_as_the_server_sees_it(dsk: Dsk, serve: Serve) -> None:
    server = serve(YES)
    assert ask(dsk, server.base_url) == Result(b"yes\n", b"", 0)
    (seen,) = server.requests
    assert (seen.method, seen.path) == ("POST", "/chat/completions")
    assert seen.headers["Authorization"] == f"Bearer {KEY}"
    assert seen.headers["Content-Type"] == "application/json"
    assert seen.headers["Accept-Encoding"] == "identity"
    assert seen.headers["User-Agent"].startswith("dsk/")
    assert seen.body == (
        b'{"model":"deepseek-flash","messages":[{"role":"user","content":"hi"}],'
        b'"stream":true,"thinking":{"type":"disabled"}}'
    )


def test_netrc_never_replaces_the_key(dsk: Dsk, serve: Serve) -> None:
    netrc = dsk.home / ".netrc"
    netrc.write_text("machine 127.0.0.1 login mallory password stolen\n")
    netrc.chmod(0o600)
    server = serve(YES)
    ask(dsk, server.base_url)
    assert server.requests[0].headers["Authorization"] == f"Bearer {KEY}"


def test_netrc_is_not_sent_to_a_server_that_needs_no_key(dsk: Dsk, serve: Serve) -> None:
    netrc = dsk.home / ".netrc"
    netrc.write_text("machine 127.0.0.1 login mallory password stolen\n")
    netrc.chmod(0o600)
    server = serve(YES)
    assert ask(dsk, server.base_url, env={"DEEPSEEK_API_KEY": ""}).status == 0
    assert "Authorization" not in server.requests[0].headers


def test_the_key_does_not_follow_a_redirect_to_another_port(dsk: Dsk, serve: Serve) -> None:
    elsewhere = serve(YES)
    server = serve(Script(faults=(parse_fault(f"redirect={elsewhere.base_url}/chat/completions"),)))
    assert ask(dsk, server.base_url).status == 1
    assert elsewhere.requests == []


def test_a_redirect_within_the_same_server_is_followed_with_the_body(dsk: Dsk, serve: Serve) -> None:
    server = serve(Script(replies=(Reply(text="yes"),), faults=(parse_fault("redirect=/v1/chat/completionsx1"),)))
    assert ask(dsk, server.base_url) == Result(b"yes\n", b"", 0)
    first, second = server.requests
    assert first.body == second.body
    assert second.path == "/v1/chat/completions"


def test_redirects_that_never_end_are_given_up(dsk: Dsk, serve: Serve) -> None:
    server = serve(Script(faults=(parse_fault("redirect=/chat/completions"),)))
    assert ask(dsk, server.base_url).status == 1
    assert len(server.requests) == 5


@pytest.mark.parametrize("host", ["10.255.255.1", "example.invalid"])
def test_a_key_over_plain_http_is_refused_before_a_packet_is_sent(dsk: Dsk, host: str) -> None:
    result = ask(dsk, f"http://{host}:8080")
    assert (result.stdout, result.status) == (b"", 2)
    assert result.errors.startswith(f"dsk: the key would cross the network in the clear to {host}: ")


@pytest.mark.parametrize("suffix", ["", "/", "/v1", "/v1/"])
def test_a_base_url_works_with_or_without_slash_and_v1(dsk: Dsk, serve: Serve, suffix: str) -> None:
    server = serve(Script(replies=(Reply(text="yes"),), base_path="/v1"))
    assert ask(dsk, server.base_url.removesuffix("/v1") + suffix) == Result(b"yes\n", b"", 0)
    assert server.requests[-1].path == "/v1/chat/completions"


def test_a_404_that_is_not_the_paths_fault_is_told(dsk: Dsk, serve: Serve) -> None:
    server = serve(Script(faults=(parse_fault("404"),)))
    result = ask(dsk, server.base_url)
    assert result.status == 9
    assert [seen.path for seen in server.requests] == ["/chat/completions", "/v1/chat/completions"]
    # Neither path is told alone: the server's own words may be those of either.
    assert result.errors.startswith("dsk: not found: Not Found at /chat/completions and /v1/chat/completions (HTTP 404")
    assert result.errors.splitlines()[1].startswith("dsk: hint: check --base-url")
    words = (b"404 page not found", b'{"error": {"message": "model m not found"}}')
    server = serve(Script(replies=tuple(Reply(status=404, body=one) for one in words)))
    why = "404 page not found at /chat/completions; model m not found at /v1/chat/completions"
    assert ask(dsk, server.base_url).errors.startswith(f"dsk: not found: {why} (HTTP 404")
    result = ask(dsk, f"{server.base_url}/v1")
    assert result.errors.startswith("dsk: not found: model m not found (HTTP 404")


@pytest.fixture
def authority() -> trustme.CA:
    return trustme.CA()


@pytest.fixture
def tls_server(authority: trustme.CA) -> Iterator[ScriptedServer]:
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    authority.issue_cert("127.0.0.1", "localhost", "api.example.invalid").configure_cert(context)
    with ScriptedServer(YES, tls=context) as server:
        yield server


@pytest.fixture
def bundle(authority: trustme.CA, tmp_path: Path) -> str:
    path = tmp_path / "ca.pem"
    authority.cert_pem.write_to_path(str(path))
    return str(path)


def test_tls_with_a_bundle_from_the_environment(dsk: Dsk, tls_server: ScriptedServer, bundle: str) -> None:
    assert tls_server.base_url.startswith("https://")
    for variable in ("REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE"):
        assert ask(dsk, tls_server.base_url, env={variable: bundle}) == Result(b"yes\n", b"", 0)


def test_tls_that_is_not_trusted_is_a_network_failure(dsk: Dsk, tls_server: ScriptedServer) -> None:
    result = ask(dsk, tls_server.base_url)
    assert (result.stdout, result.status) == (b"", 7)
    assert "the certificate is not trusted" in result.errors
    assert tls_server.requests == []


def test_https_goes_through_the_proxy_and_the_key_stays_inside_the_tunnel(
    dsk: Dsk, tls_server: ScriptedServer, bundle: str
) -> None:
    port = urlsplit(tls_server.base_url).port
    assert port
    with TunnelProxy(("127.0.0.1", port)) as proxy:
        env = {"HTTPS_PROXY": proxy.url, "NO_PROXY": "", "REQUESTS_CA_BUNDLE": bundle}
        result = ask(dsk, "https://api.example.invalid", env=env)
    assert result == Result(b"yes\n", b"", 0)
    assert proxy.heads[0].startswith(b"CONNECT api.example.invalid:443 ")
    assert KEY.encode() not in proxy.heads[0]


def test_no_proxy_keeps_a_host_from_the_proxy(dsk: Dsk, serve: Serve) -> None:
    server = serve(YES)
    with TunnelProxy(("127.0.0.1", 1)) as proxy:
        assert ask(dsk, server.base_url, env={"HTTP_PROXY": proxy.url, "NO_PROXY": ""}).status == 0
    assert proxy.heads == [], "loopback needs no proxy"


def test_a_dead_proxy_is_named(dsk: Dsk) -> None:
    env = {"HTTPS_PROXY": "http://127.0.0.1:1", "NO_PROXY": ""}
    result = ask(dsk, "https://api.example.invalid", "--retry", "0", env=env)
    assert (result.stdout, result.status) == (b"", 7)
    assert result.errors.startswith("dsk: no way through the proxy to api.example.invalid: ")


def test_headers_of_the_profile_are_sent(dsk: Dsk, serve: Serve) -> None:
    server = serve(YES)
    dsk.write_config(
        f'[profiles.other]\nbase_url = "{server.base_url}"\nmodel = "m"\nkey_env = ""\n'
        'headers = { X-Title = "dsk" }\n'
    )
    assert dsk.run("ask", "-P", "other", "hi", stdin=None).status == 0
    (seen,) = server.requests
    assert seen.headers["X-Title"] == "dsk"
    assert "Authorization" not in seen.headers
    assert seen.body == b'{"model":"m","messages":[{"role":"user","content":"hi"}],"stream":true}'


SENDS_NOTHING = {
    0: [
        ("ask", "--dry-run", "hi"),
        ("ask", "--print-curl", "hi"),
        ("ask", "--help"),
    ],
    1: [
        ("ask", "-o", "none/answer", "hi"),
        ("ask", "--usage-to", "none/usage", "hi"),
        ("ask", "--events-to", ".", "hi"),
        ("ask", "--record", "none/run.sse", "hi"),
        ("ask", "--into", "/etc/passwd", "hi"),
        ("ask", "--into", "/dev/null/below", "hi"),
        ("send", "-o", "none/answer"),
        ("fim", "-o", "none/answer"),
    ],
    2: [
        ("ask", "--max-tokens", "x", "hi"),
        ("ask", "--set", "messages=x", "hi"),
        ("ask", "--set", "seed:=1a", "hi"),
        ("ask", "--think", "--effort", "none", "hi"),
        ("ask", "--reasoning-to", "77", "hi"),
        ("ask", "--usage-to", "/dev/fd/77", "hi"),
        ("ask", "-o", "/dev/fd/77", "hi"),
        ("ask", "--events-to", "-", "hi"),
        ("ask", "--events-to", "1", "--raw", "hi"),
        ("ask", "--events-to", "answer", "-o", "answer", "hi"),
        ("ask", "--markdown", "always", "--escapes", "raw", "hi"),
        ("ask", "--schema", "a", "--prefix", "x", "hi"),
        ("ask", "--schema", "a", "--set", "response_format=x", "hi"),
        ("ask", "--reasoning-prefix", "x", "hi"),
        ("ask", "-f", "-", "-f", "none"),
        ("send", "--reasoning-to", "77"),
        ("send", "--events-to", "-"),
        ("fim", "--usage-to", "77"),
        ("fim", "--events-to", "-"),
        ("fim", "--print-edit"),
        ("fim", "--print-edit", "--name", "a.py", "-o", "a.py"),
        ("fim", "--print-edit", "--name", "a.py", "--set", "echo:=true"),
        ("fim", "--set", "prompt=x"),
        ("fim", "--before", "@-", "--after", "@none"),
    ],
}


@pytest.mark.parametrize(
    ("args", "status"),
    [pytest.param(args, status, id=" ".join(args)) for status, cases in SENDS_NOTHING.items() for args in cases],
)
def test_what_sends_nothing_opens_no_connection_while_it_reads_stdin_or_after(
    dsk: Dsk, args: tuple[str, ...], status: int
) -> None:
    with silent_listener() as (listener, base_url):
        files = set(dsk.home.iterdir())
        for stdin in (b"some text", None):
            assert dsk.run(*args, "--base-url", base_url, stdin=stdin).status == status
            with pytest.raises(BlockingIOError):
                listener.accept()
        assert set(dsk.home.iterdir()) == files, "nothing was made for an answer that nobody asked for"


@pytest.mark.parametrize(
    "args",
    [("ask",), ("ask", "-f", "-"), ("ask", "-t", "summarise", "hi"), ("test", ""), ("sh",), ("fim",)],
    ids=" ".join,
)
def test_an_empty_file_as_the_only_thing_to_ask_opens_no_connection(dsk: Dsk, args: tuple[str, ...]) -> None:
    with silent_listener() as (listener, base_url):
        assert dsk.run(*args, "--base-url", base_url, stdin=None).status == 2
        with pytest.raises(BlockingIOError):
            listener.accept()


@contextmanager
def silent_listener() -> Iterator[tuple[socket.socket, str]]:
    """A socket that takes connections in its queue, and its URL."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        listener.setblocking(False)
        yield listener, f"http://127.0.0.1:{listener.getsockname()[1]}"
