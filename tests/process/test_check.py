"""``dsk check``: what is right is said, and every fault is found with its next step. The faults are real ones."""

from __future__ import annotations

import json
import os
import socket
import ssl
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import trustme

from dsk.scripted.faults import parse_fault
from dsk.scripted.script import Script
from dsk.scripted.server import ScriptedServer
from tests.harness import KEY, Dsk
from tests.terminal import on_terminal
from tests.wire.proxy import TunnelProxy

Serve = Callable[[Script], ScriptedServer]
Checks = dict[str, dict[str, Any]]


def check(dsk: Dsk, *args: str, env: dict[str, str] | None = None) -> tuple[Checks, int]:
    result = dsk.run("check", "--json", *args, env=env)
    assert result.errors == ""
    assert KEY not in result.text
    found = json.loads(result.stdout)
    assert found["status"] == result.status
    return {row["what"]: row for row in found["checks"]}, result.status


def test_all_that_is_right_has_its_line_in_order(dsk: Dsk, serve: Serve) -> None:
    server = serve(Script())
    dsk.write_config("")
    result = dsk.run("check", "--base-url", server.base_url)
    assert (result.errors, result.status) == ("", 0)
    lines = result.text.splitlines()
    assert {line[:6] for line in lines} == {"ok    "}
    assert [line[6:].partition(":")[0] for line in lines] == [
        *("config", "log", "server", "key", "proxy", "network", "clock", "answer", "model", "balance", "prefix")
    ]
    assert "ok    key: from DEEPSEEK_API_KEY" in lines
    assert "ok    model: deepseek-flash is listed" in lines
    assert f"{server.base_url}/models has 2 models for this key" in result.text
    assert "not tried" not in result.text
    assert [seen.method for seen in server.requests] == ["GET", "GET"]


def test_ask_asks_for_one_token_with_a_prefix(dsk: Dsk, serve: Serve) -> None:
    server = serve(Script())
    found, status = check(dsk, "--ask", "--base-url", server.base_url)
    assert (status, found["prefix"]["state"]) == (0, "ok")
    asked = server.requests[-1]
    assert asked.path == "/beta/chat/completions"
    assert (asked.json["max_tokens"], asked.json["messages"][-1]["prefix"]) == (1, True)
    unable = serve(Script(faults=(parse_fault("no-prefix"),)))
    found, status = check(dsk, "--ask", "--base-url", unable.base_url)
    assert (status, found["prefix"]["state"], found["prefix"]["status"]) == (9, "fail", 9)


def closed_port() -> str:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        return f"http://127.0.0.1:{taken.getsockname()[1]}"


def test_a_closed_port_is_a_network_failure(dsk: Dsk) -> None:
    found, status = check(dsk, "--base-url", closed_port())
    assert (status, found["network"]["state"], found["network"]["status"]) == (7, "fail", 7)
    assert "connection refused" in found["network"]["how"]
    assert "answer" not in found


def test_a_server_that_says_nothing_and_one_that_fails_are_told_apart(dsk: Dsk, serve: Serve) -> None:
    silent = serve(Script(faults=(parse_fault("stall"),)))
    found, status = check(dsk, "--max-time", "0.5", "--base-url", silent.base_url)
    assert (status, found["network"]["state"], found["answer"]["status"]) == (8, "ok", 8)
    failing = serve(Script(faults=(parse_fault("503"),)))
    found, status = check(dsk, "--base-url", failing.base_url)
    assert (status, found["answer"]["how"].startswith("the server is overloaded")) == (6, True)


def test_a_key_that_is_refused_missing_or_open_to_others_ends_with_3(dsk: Dsk, serve: Serve) -> None:
    server = serve(Script(faults=(parse_fault("401"),)))
    found, status = check(dsk, "--base-url", server.base_url)
    assert (status, found["answer"]["state"]) == (3, "fail")
    assert "the key was refused" in found["answer"]["how"]
    assert found["answer"]["hint"]
    found, status = check(dsk, "--base-url", "https://api.example.invalid", env={"DEEPSEEK_API_KEY": ""})
    assert (status, found["key"]["state"]) == (3, "fail")
    path = dsk.home / "config" / "dsk" / "keys" / "deepseek"
    path.parent.mkdir(parents=True)
    path.write_text(KEY)
    path.chmod(0o644)
    found, status = check(dsk, "--base-url", server.base_url, env={"DEEPSEEK_API_KEY": ""})
    assert (status, found["key"]["hint"]) == (3, f"chmod 600 {path}")
    path.chmod(0o600)
    found, _ = check(dsk, "--base-url", server.base_url, env={"DEEPSEEK_API_KEY": ""})
    assert found["key"]["how"] == f"from {path}, mode 0600"


@pytest.fixture
def authority() -> trustme.CA:
    return trustme.CA()


@pytest.fixture
def tls_server(authority: trustme.CA) -> Iterator[ScriptedServer]:
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    authority.issue_cert("127.0.0.1", "api.example.invalid").configure_cert(context)
    with ScriptedServer(Script(), tls=context) as server:
        yield server


def test_certificates_and_the_proxy_are_named_and_tried(
    dsk: Dsk, tls_server: ScriptedServer, authority: trustme.CA, tmp_path: Path
) -> None:
    found, status = check(dsk, "--base-url", tls_server.base_url)
    assert (status, found["certificates"]["state"], found["network"]["state"]) == (7, "ok", "fail")
    assert "the certificate is not trusted" in found["network"]["how"]
    bundle = str(tmp_path / "ca.pem")
    found, status = check(dsk, "--base-url", tls_server.base_url, env={"CURL_CA_BUNDLE": bundle})
    assert (status, found["certificates"]["state"]) == (1, "fail")
    authority.cert_pem.write_to_path(bundle)
    env = {"CURL_CA_BUNDLE": bundle}
    found, status = check(dsk, "--base-url", tls_server.base_url, env=env)
    assert (status, found["certificates"]["how"]) == (0, f"{bundle} by CURL_CA_BUNDLE")
    assert "TLSv1." in found["network"]["how"]
    with TunnelProxy(("127.0.0.1", tls_server.port)) as proxy:
        secret = proxy.url.replace("//", "//user:hunter22@")
        env |= {"HTTPS_PROXY": secret, "NO_PROXY": ""}
        found, status = check(dsk, "--base-url", "https://api.example.invalid", env=env)
        assert (status, found["proxy"]["how"]) == (0, f"{proxy.url} by HTTPS_PROXY")
        assert found["network"]["how"].startswith("the proxy is 127.0.0.1")
        assert "hunter22" not in json.dumps(found)
        assert len(proxy.heads) == 2
        env |= {"NO_PROXY": "example.invalid"}
        found, _ = check(dsk, "--base-url", "https://api.example.invalid", env=env)
        assert found["proxy"]["how"] == "none: NO_PROXY names api.example.invalid, past HTTPS_PROXY"
    env |= {"NO_PROXY": "", "HTTPS_PROXY": closed_port()}
    found, status = check(dsk, "--base-url", "https://api.example.invalid", env=env)
    assert (status, found["network"]["state"]) == (7, "fail")
    assert "the proxy is not reached" in found["network"]["hint"]


def test_what_does_not_stop_a_run_is_a_warning(dsk: Dsk, serve: Serve, tmp_path: Path) -> None:
    server = serve(Script(date="Sat, 01 Jan 2000 00:00:00 GMT"))
    blocked = tmp_path / "file"
    blocked.write_text("")
    env = {"XDG_STATE_HOME": str(blocked)}
    found, status = check(dsk, "--base-url", server.base_url, "-m", "deepseek-flush", env=env)
    assert status == 0
    assert (found["clock"]["state"], "ahead of" in found["clock"]["how"]) == ("warn", True)
    assert (found["model"]["state"], found["model"]["hint"]) == ("warn", "did you mean deepseek-flash?")
    assert (found["log"]["state"], str(blocked) in found["log"]["how"]) == ("warn", True)


def test_what_cannot_be_the_log_is_a_warning_and_stays_as_it_is(dsk: Dsk, serve: Serve) -> None:
    server = serve(Script())
    log = Path(dsk.env["XDG_STATE_HOME"]) / "dsk" / "log.db"
    log.parent.mkdir(parents=True)
    log.write_bytes(b"garbage" * 1000)
    found, status = check(dsk, "--base-url", server.base_url)
    assert (found["log"]["state"], status) == ("warn", 0)
    assert found["log"]["how"] == f"{log} cannot be used: it is not a SQLite database"
    assert log.read_bytes() == b"garbage" * 1000
    log.unlink()
    os.mkfifo(log)
    found, _ = check(dsk, "--base-url", server.base_url)
    assert found["log"]["how"] == f"{log} cannot be used: it is not a regular file"
    log.unlink()
    assert dsk.run("ask", "--offline", "--until", ".", "hi", stdin=None).status == 0
    found, _ = check(dsk, "--base-url", server.base_url)
    assert (found["log"]["state"], found["log"]["how"]) == ("ok", str(log))


def test_a_wrong_config_file_and_a_missing_model_are_found(dsk: Dsk, serve: Serve) -> None:
    path = dsk.write_config("[profiles.deepseek]\nmodle = 'x'\n")
    found, status = check(dsk)
    assert (status, found["config"]["hint"]) == (2, "did you mean model?")
    assert found["config"]["how"].startswith(f"{path}:2: ")
    dsk.write_config("")
    server = serve(Script(faults=(parse_fault("404"),)))
    found, status = check(dsk, "-P", "ollama", "--base-url", server.base_url)
    assert status == 0
    assert (found["key"]["how"], found["model"]["state"]) == ("none is needed", "warn")
    assert found["answer"] == {
        "what": "answer",
        "state": "warn",
        "how": "the server has no list at /models",
        "hint": "check --base-url; --ask asks it",
        "status": 0,
    }


def test_on_a_terminal_the_words_are_coloured_(dsk: Dsk, serve: Serve) -> None:
    server = serve(Script(faults=(parse_fault("401"),)))
    shown = on_terminal(dsk, "check", "--base-url", server.base_url)
    assert "\x1b[32mok  \x1b[0m  key: from" in shown
    assert "\x1b[31mfail\x1b[0m  answer: the key was refused" in shown
    plain = on_terminal(dsk, "check", "--base-url", server.base_url, env={"NO_COLOR": "1"})
    assert "\x1b[31m" not in plain
    assert "fail  answer: the key was refused" in plain
