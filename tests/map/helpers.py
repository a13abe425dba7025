"""What the tests of dsk map share: an endpoint that answers what it is asked, and lines as objects."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from subprocess import PIPE, Popen
from typing import Any

from dsk.scripted.faults import parse_fault
from dsk.scripted.script import Reply, Script
from dsk.scripted.server import ScriptedServer
from tests.harness import Dsk, Result, wait_requests

Serve = Callable[[Script], ScriptedServer]


def echo(serve: Serve, *faults: str, **script: Any) -> ScriptedServer:
    """An endpoint whose answer is the last user message."""
    return serve(Script(replies=(Reply(echo=True),), faults=tuple(map(parse_fault, faults)), **script))


def run(dsk: Dsk, server: ScriptedServer, *args: str, stdin: bytes | None = None, **kw: Any) -> Result:
    return dsk.run("map", "--base-url", server.base_url, *args, stdin=stdin, **kw)


def lines_of(data: bytes | Path) -> list[dict[str, Any]]:
    """Every line, which has to be whole."""
    data = data.read_bytes() if isinstance(data, Path) else data
    assert not data or data.endswith(b"\n")
    return [json.loads(line) for line in data.splitlines()]


def contents(data: bytes | Path) -> list[str]:
    return [line["content"] for line in lines_of(data)]


def numbered(count: int) -> bytes:
    return b"".join(b"record %d\n" % number for number in range(1, count + 1))


@contextmanager
def first_alone(dsk: Dsk, server: ScriptedServer, count: int, *args: str, **kw: Any) -> Iterator[Popen[bytes]]:
    """A run whose first record is asked before the others are there to be asked, so that it gets the first reply."""
    with dsk.start("map", "--base-url", server.base_url, *args, stdin=PIPE, **kw) as process:
        assert process.stdin
        first, *others = numbered(count).splitlines(keepends=True)
        process.stdin.write(first)
        wait_requests(server, 1)
        process.stdin.write(b"".join(others))
        process.stdin.close()
        process.stdin = None
        yield process
