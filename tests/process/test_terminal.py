"""What a terminal is shown of the user's own words and paths, and of names that a server gave."""

from __future__ import annotations

import json
import re
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import pytest

from tests.harness import Dsk
from tests.terminal import on_quiet_terminal

EVIL = "\x1b[31m\x9b31m\u202e\ufeff\u200b"
DANGEROUS = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u200b\u2028\u202e\ufeff]")
NAME = f"a\nb\tc\rd\u2028e{EVIL}"


def shown(dsk: Dsk, *args: str) -> str:
    return on_quiet_terminal(dsk, *args)


@pytest.mark.parametrize("command", ["config", "config --json", "config --path", "key path", "log path"])
def test_paths_are_shown_harmless(tmp_path: Path, command: str) -> None:
    folder = str(tmp_path / EVIL)
    env = {"XDG_CONFIG_HOME": folder, "XDG_STATE_HOME": folder, "DSK_MODEL": EVIL}
    seen = shown(Dsk(tmp_path / "home", env), *command.split())
    assert "[31m" in seen
    assert not DANGEROUS.search(seen)


def test_the_place_of_a_key_is_shown_harmless(tmp_path: Path) -> None:
    dsk = Dsk(tmp_path / "home", {"XDG_CONFIG_HOME": str(tmp_path / EVIL)})
    assert dsk.run("key", "set", stdin=b"sk-1").status == 0
    seen = shown(dsk, "key", "origin")
    assert "[31m" in seen
    assert not DANGEROUS.search(seen)


def test_a_path_in_a_pipe_is_the_path(tmp_path: Path) -> None:
    dsk = Dsk(tmp_path / "home", {"XDG_CONFIG_HOME": str(tmp_path / EVIL)})
    assert dsk.run("config", "--path").text == f"{tmp_path / EVIL}/dsk/config.toml\n"


def test_a_dry_run_is_shown_harmless_and_means_the_same(dsk: Dsk) -> None:
    seen = shown(dsk, "ask", "-I", "--dry-run", "-m", EVIL, EVIL)
    assert not DANGEROUS.search(seen)
    body = json.loads(seen)
    assert (body["model"], body["messages"][0]["content"]) == (EVIL, EVIL)


def test_a_curl_command_is_shown_harmless_and_sends_the_same(dsk: Dsk) -> None:
    seen = shown(dsk, "ask", "-I", "--print-curl", EVIL)
    assert not DANGEROUS.search(seen)
    body = json.loads(seen.split("<<'END'\n")[1].split("\nEND")[0])
    assert body["messages"][0]["content"] == EVIL


@pytest.fixture
def hostile() -> Iterator[str]:
    """The base URL of a server whose every name holds what could move a terminal or forge a row."""
    models = [{"id": NAME, "owned_by": NAME}, {"id": "second", "owned_by": None}]
    amounts = {"currency": NAME, "total_balance": NAME, "granted_balance": 1, "topped_up_balance": NAME}
    body = json.dumps({"data": models, "is_available": True, "balance_infos": [amounts]}).encode()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(200)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_args: object) -> None:
            return

    with HTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()
        thread.join()


@pytest.mark.parametrize(("command", "rows"), [("models", 3), ("balance", 2), ("models --json", 1)])
def test_names_of_a_server_are_shown_harmless(dsk: Dsk, hostile: str, command: str, rows: int) -> None:
    seen = shown(dsk, *command.split(), "--base-url", hostile)
    assert len(seen.splitlines()) == rows
    assert "[31m" in seen
    assert not DANGEROUS.search(seen)


def test_names_of_a_server_forge_no_row_and_no_field_in_a_pipe(dsk: Dsk, hostile: str) -> None:
    visible = "a^Jb^Ic^Md<U+2028>e^[[31m<U+009B>31m<U+202E><U+FEFF><U+200B>"
    assert dsk.run("models", "--base-url", hostile).text == f"{visible}\nsecond\n"
    assert dsk.run("balance", "--base-url", hostile).text == f"{visible}\t{visible}\t1\t{visible}\n"
