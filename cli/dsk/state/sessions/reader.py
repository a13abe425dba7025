"""Reading sessions: which one is meant, the line of turns that leads to its head, and the tree that it is part of."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any

from dsk.records import NamedTuple
from dsk.state.log.prompts import last_question
from dsk.state.log.reader import Run, find

if TYPE_CHECKING:
    from sqlite3 import Connection


class Session(NamedTuple):
    """A session; the columns of its table. ``head`` is the run of its last turn, None if all were taken back; times
    are seconds since the epoch."""

    id: int
    name: str | None
    begun: float
    used: float
    head: int | None

    @property
    def title(self) -> str:
        """What it is called: its name, else its number."""
        return self.name or str(self.id)


class Turn(NamedTuple):
    """A turn: what the user said in it, as request messages, and the run that has the answer.

    ``parent`` is the run of the turn before it; ``system`` the system message that went before all; ``results`` are
    the messages with what its calls have given, also where the question that they were part of got no answer.
    """

    run: Run
    session: int
    parent: int | None
    system: str | None
    messages: Sequence[dict[str, Any]]
    results: Sequence[dict[str, Any]] = ()

    @property
    def is_answered(self) -> bool:
        """Whether there is something of an answer, and no more to come. What is left of an answer that broke off
        counts, reasoning alone does not, nor do tool calls that broke off."""
        has_calls = self.run.tool_calls is not None and self.run.is_whole
        return self.run.state != "running" and (bool(self.run.content) or has_calls)


class Line(NamedTuple):
    """The turns that lead to the head and have an answer, the first one first. ``left_out`` are the runs on the way
    that have none, or not yet."""

    turns: Sequence[Turn]
    left_out: Sequence[Run]

    @property
    def last(self) -> Turn | None:
        """The last turn, which the next one follows."""
        return self.turns[-1] if self.turns else None

    @property
    def before(self) -> Sequence[Turn]:
        """The turns before the last question of the user."""
        return self.turns[: last_question([turn.messages for turn in self.turns])]


class Summary(NamedTuple):
    """What a list says of a session: how often the user says something in its line, and the title of the first one."""

    session: Session
    turns: int
    text: str


_SESSION = f"SELECT {', '.join(Session._fields)} FROM sessions"
_TURN = "SELECT run, session, parent, system, messages FROM turns"
# The turns from a head back to the first one. A parent is always older: there is no way round.
_LINE = """WITH RECURSIVE line (run, parent) AS (
    SELECT run, parent FROM turns WHERE run = ?
    UNION ALL SELECT turns.run, turns.parent FROM turns JOIN line ON turns.run = line.parent
) """
# Results of tools are no turn of the user's. Only the beginning of what may be megabytes is looked at.
_RESULTS = '[{"role": "tool"'
_COUNT = f"""{_LINE} SELECT count(CASE WHEN substr(messages, 1, {len(_RESULTS)}) <> ? THEN 1 END), min(line.run)
    FROM line JOIN turns ON turns.run = line.run"""


def by_number(log: Connection, number: int) -> Session | None:
    """The session of this number."""
    return _session(log, "WHERE id = ?", number)


def by_name(log: Connection, name: str) -> Session | None:
    """The session of this name."""
    return _session(log, "WHERE name = ?", name)


def names(log: Connection) -> list[str]:
    """The names of sessions, the last used first."""
    return [name for (name,) in log.execute("SELECT name FROM sessions WHERE name IS NOT NULL ORDER BY used DESC")]


def of_terminal(log: Connection, terminal: str) -> Session | None:
    """The last session of a terminal."""
    return _session(log, "WHERE id = (SELECT session FROM terminals WHERE terminal = ?)", terminal)


def turn_of(log: Connection, run: int) -> Turn | None:
    """The turn that a run is; None if it is none, or there is no such run."""
    row = log.execute(f"{_TURN} WHERE run = ?", (run,)).fetchone()
    found = find(log, run) if row else None
    if found is None:
        return None
    _, session, parent, system, messages = row
    results = _results(log, run) if found.tool_calls else []
    return Turn(found, session, parent, system, json.loads(messages), results)


def line(log: Connection, session: Session) -> Line:
    """The line of a session, up to its head."""
    numbers = [number for (number,) in log.execute(f"{_LINE} SELECT run FROM line ORDER BY run", (session.head,))]
    turns = [turn for number in numbers if (turn := turn_of(log, number))]
    return Line(
        [turn for turn in turns if turn.is_answered],
        [turn.run for turn in turns if not turn.is_answered],
    )


def tree(log: Connection, session: Session) -> list[Turn]:
    """All turns that have their first one in common with a turn of this session, the oldest first."""
    rows = log.execute(
        """WITH RECURSIVE
        up (run, parent) AS (
            SELECT run, parent FROM turns WHERE session = ? OR run = ?
            UNION SELECT turns.run, turns.parent FROM turns JOIN up ON turns.run = up.parent),
        down (run) AS (
            SELECT run FROM up WHERE parent IS NULL
            UNION SELECT turns.run FROM turns JOIN down ON turns.parent = down.run)
        SELECT run FROM down ORDER BY run""",
        (session.id, session.head),
    ).fetchall()
    return [turn for (number,) in rows if (turn := turn_of(log, number))]


def with_head(log: Connection, run: int) -> list[Session]:
    """The sessions whose last turn this is."""
    return [Session(*row) for row in log.execute(f"{_SESSION} WHERE head = ? ORDER BY id", (run,))]


def summaries(log: Connection, *, last: int, named: bool) -> Iterator[Summary]:
    """The ``last`` so many sessions (0: all) by their last use, the newest last; with ``named`` those with a name."""
    condition = "WHERE name IS NOT NULL" if named else ""
    rows = log.execute(f"{_SESSION} {condition} ORDER BY used DESC, id DESC LIMIT ?", (last or -1,)).fetchall()
    for row in reversed(rows):
        session = Session(*row)
        count, first = log.execute(_COUNT, (session.head, _RESULTS)).fetchone()
        title = log.execute("SELECT title FROM runs WHERE id = ?", (first,)).fetchone()
        yield Summary(session, count, title[0] if title else "")


def _results(log: Connection, run: int) -> list[dict[str, Any]]:
    rows = log.execute("SELECT messages FROM turns WHERE parent = ? ORDER BY run", (run,))
    return [message for (messages,) in rows for message in json.loads(messages) if message.get("role") == "tool"]


def _session(log: Connection, condition: str, value: int | str) -> Session | None:
    row = log.execute(f"{_SESSION} {condition}", (value,)).fetchone()
    return Session(*row) if row else None
