"""Runs for the log: made in this process, or by the processes of ``driver``."""

from __future__ import annotations

import json
import sqlite3
import subprocess
import sys
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import closing
from pathlib import Path
from typing import Any

from dsk.state.log.rows import Entry, NewTurn, Outcome, Piece
from dsk.state.log.writer import LogWriter

ROOT = Path(__file__).resolve().parents[3]
DRIVER = (sys.executable, "-m", "tests.state.log.driver")


def entry(
    prompt: str = "hi",
    *,
    begun: float | None = None,
    model: str = "deepseek-flash",
    base_url: str = "https://api.deepseek.com",
    turn: NewTurn | None = None,
) -> Entry:
    body = json.dumps({"model": model, "messages": [{"role": "user", "content": prompt}]}, ensure_ascii=False)
    at = time.time() if begun is None else begun
    return Entry("ask", "deepseek", base_url, model, body.encode(), at, turn)


def content(text: str) -> Piece:
    return Piece("content", 0, text)


def logged(
    path: Path,
    prompt: str = "hi",
    answer: str = "Hello.",
    *,
    begun: float | None = None,
    base_url: str = "https://api.deepseek.com",
    session: str | None = None,
    **more: Any,
) -> None:
    """A whole run, logged; with ``session`` the first turn of the session of this name."""
    turn = NewTurn([{"role": "user", "content": prompt}], name=session) if session else None
    writer = LogWriter(str(path), entry(prompt, begun=begun, base_url=base_url, turn=turn), lingering=0.0)
    fields: dict[str, Any] = {"reasoning": "", "status": 0, "finish_reason": "stop"}
    writer.end(Outcome(content=answer, **fields | more))
    assert writer.warning is None
    # Whoever looks without waiting would not be let in while the last one out tidies up.
    for thread in threading.enumerate():
        if thread.name == "log":
            thread.join()


def rows(path: Path, query: str, *values: object) -> list[tuple[Any, ...]]:
    """What SQLite itself says."""
    with closing(sqlite3.connect(path)) as connection:
        return connection.execute(query, values).fetchall()


def start(*arguments: object, wrapper: Sequence[str] = ()) -> subprocess.Popen[str]:
    """A driver process; see there."""
    return subprocess.Popen(
        [*wrapper, *DRIVER, *map(str, arguments)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        cwd=ROOT,
    )


def lines(process: subprocess.Popen[str]) -> Iterator[str]:
    assert process.stdout
    return iter(process.stdout)
