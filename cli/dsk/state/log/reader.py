"""Reading the log: runs in their order, whether ended, under way or killed."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING

from dsk.errors import Status
from dsk.records import NamedTuple
from dsk.state.log.pieces import put_together
from dsk.state.log.process import is_there
from dsk.state.log.rows import Outcome, Piece, finish
from dsk.state.log.sharing import is_busy, transact

if TYPE_CHECKING:
    from sqlite3 import Connection

#: Finish reasons of answers that are whole.
WHOLE = ("stop", "tool_calls")
#: What SQLite says where nothing can be written.
NOT_NOW = ("attempt to write a readonly", "database or disk is full", "disk I/O error")
#: Rows read at once. Between two pages there is no transaction: a slow reader of ours hinders no writer.
PAGE = 50


class Run(NamedTuple):
    """A run as it lies in the log; the columns of the table ``runs``."""

    id: int
    begun: float
    ended: float | None
    state: str
    status: int | None
    command: str
    profile: str
    base_url: str
    model_asked: str
    model: str | None
    response_id: str | None
    session: str | None
    title: str
    finish_reason: str | None
    usage: str | None
    http_status: int | None
    first_token: float | None
    total: float | None
    error: str | None
    resumed: str | None
    tool_calls: str | None
    choices: str | None
    version: str
    pid: int
    pid_born: int | None
    content: str
    reasoning: str
    cached: int

    @property
    def is_whole(self) -> bool:
        """Whether all of the answer has come, whatever happened after it."""
        return self.status == Status.OK or (self.finish_reason in WHOLE and self._has_whole_choices)

    @property
    def _has_whole_choices(self) -> bool:
        choices = json.loads(self.choices) if self.choices else []
        return all(choice.get("finish_reason") in WHOLE for choice in choices)


# SQLite takes no larger number.
_LARGEST = 2**63 - 1
_SELECT = f"SELECT {', '.join(Run._fields)} FROM runs"


def find(connection: Connection, number: int) -> Run | None:
    """The run of this number, or counted from the last one, which is -1; None if there is none."""
    if abs(number) > _LARGEST:
        return None
    if number < 0:
        rows = connection.execute(f"{_SELECT} ORDER BY id DESC LIMIT 1 OFFSET ?", (-number - 1,))
    else:
        rows = connection.execute(f"{_SELECT} WHERE id = ?", (number,))
    row = rows.fetchone()
    return _as_it_is(connection, Run(*row)) if row else None


def each(connection: Connection, *, last: int = 0, since: float = 0.0) -> Iterator[Run]:
    """Runs, the oldest first: the ``last`` so many (0: all) of those begun ``since`` then."""
    after = 0
    if last:
        row = connection.execute("SELECT id FROM runs ORDER BY id DESC LIMIT 1 OFFSET ?", (last - 1,)).fetchone()
        after = row[0] - 1 if row else 0
    while True:
        rows = connection.execute(
            f"{_SELECT} WHERE id > ? AND begun >= ? ORDER BY id LIMIT ?", (after, since, PAGE)
        ).fetchall()
        for row in rows:
            yield _as_it_is(connection, Run(*row))
        if len(rows) < PAGE:
            return
        after = rows[-1][0]


def body_of(connection: Connection, run: int) -> str:
    """The request body of a run; "" if there is no such run."""
    row = connection.execute("SELECT body FROM requests WHERE run = ?", (run,)).fetchone()
    return str(row[0]) if row else ""


def settle_killed(connection: Connection, is_over: Callable[[], bool]) -> None:
    """Put what has come of runs whose process has gone into their rows. A log that cannot be written now stays as
    it is: what is read of it is the same.

    A process that only seems to have gone, being in another container, does no harm: its pieces stay, and the end
    that it writes replaces everything.
    """
    try:
        if _unsettled(connection):
            transact(connection, lambda: _settle(connection), is_over)
    except sqlite3.OperationalError as error:
        if not is_busy(error) and not str(error).startswith(NOT_NOW):
            raise


def _unsettled(connection: Connection) -> list[Run]:
    rows = connection.execute(
        f"{_SELECT} WHERE state = 'running' OR"
        " (state = 'killed' AND ended < (SELECT max(at) FROM pieces WHERE run = runs.id))"
    )
    runs = [Run(*row) for row in rows]
    return [run for run in runs if not is_there(run.pid, run.pid_born, run.begun)]


def _settle(connection: Connection) -> None:
    for run in _unsettled(connection):
        outcome, ended = _pieces(connection, run)
        finish(connection, run.id, outcome, state="killed", ended=ended)


def _as_it_is(connection: Connection, run: Run) -> Run:
    if run.state == "ended" and (run.content or run.reasoning):
        return run
    outcome, ended = _pieces(connection, run)
    if run.state == "ended":
        return run._replace(content=outcome.content or "", reasoning=outcome.reasoning or "")
    fields = outcome._asdict()
    fields["response_id"] = fields.pop("id")
    if is_there(run.pid, run.pid_born, run.begun):
        return run._replace(**fields, state="running", ended=None)
    return run._replace(**fields, state="killed", ended=ended)


def _pieces(connection: Connection, run: Run) -> tuple[Outcome, float]:
    """What the pieces make, and when the last of them was written."""
    rows = connection.execute("SELECT at, kind, choice, text FROM pieces WHERE run = ? ORDER BY seq", (run.id,))
    found = rows.fetchall()
    return put_together(Piece(*row[1:]) for row in found), found[-1][0] if found else run.begun
