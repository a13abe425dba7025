"""``--file URL``: what goes wrong there is told of the file, not of the model's server."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from dsk.scripted.faults import parse_fault
from dsk.scripted.script import Script
from dsk.scripted.server import ScriptedServer
from tests.harness import Dsk, Result

Serve = Callable[[Script], ScriptedServer]


def ask(dsk: Dsk, url: str) -> Result:
    return dsk.run("ask", "--dry-run", "-f", url, "hi", stdin=None)


@pytest.mark.parametrize(("fault", "status"), [("404", 2), ("401", 2), ("429", 2), ("503", 6)])
def test_an_http_error_names_the_option_and_the_url(dsk: Dsk, serve: Serve, fault: str, status: int) -> None:
    url = f"{serve(Script(faults=(parse_fault(fault),))).base_url}/models"
    result = ask(dsk, url)
    assert (result.stdout, result.status) == (b"", status)
    assert result.errors.splitlines()[0] == f"dsk: --file {url}: HTTP {fault}"
    for word in ("--base-url", "--model", "the key"):
        assert word not in result.errors


def test_a_connection_that_fails_is_a_network_failure_of_that_file(dsk: Dsk) -> None:
    result = ask(dsk, "http://127.0.0.1:1/notes.txt")
    assert (result.stdout, result.status) == (b"", 7)
    first, second = result.errors.splitlines()
    assert first == "dsk: --file http://127.0.0.1:1/notes.txt: no answer from 127.0.0.1:1: connection refused"
    assert second == "dsk: hint: check the URL and the network"


def test_a_file_that_is_cut_is_a_network_failure_too(dsk: Dsk, serve: Serve) -> None:
    url = f"{serve(Script(faults=(parse_fault('drop'),))).base_url}/models"
    result = ask(dsk, url)
    assert result.status == 7
    assert result.errors.startswith(f"dsk: --file {url}: ")


@pytest.mark.parametrize("url", ["ftp://example.invalid/a", "file:///etc/hosts"])
def test_other_schemes_are_refused_by_name(dsk: Dsk, url: str) -> None:
    result = ask(dsk, url)
    assert (result.stdout, result.status) == (b"", 2)
    said, hint = result.errors.splitlines()
    assert said == f"dsk: --file {url}: only http:// and https:// are understood"
    assert hint == "dsk: hint: fetch it first, and give the file"


def test_a_scheme_in_capitals_is_one(dsk: Dsk) -> None:
    assert ask(dsk, "HTTP://127.0.0.1:1/notes.txt").status == 7
