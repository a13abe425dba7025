"""What the runs in the log have used up: of each only what it takes to count that."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from sqlite3 import Connection


class Spent(NamedTuple):
    """A run. ``model`` is the one that answered, ``session`` the number of its session; ``usage`` and ``resumed`` are
    JSON, as in the table."""

    begun: float
    command: str
    profile: str
    base_url: str
    model_asked: str
    model: str | None
    session: str | None
    state: str
    status: int | None
    finish_reason: str | None
    first_token: float | None
    usage: str | None
    resumed: str | None


_SELECT = f"SELECT {', '.join(Spent._fields)} FROM runs"


def spendings(
    log: Connection,
    *,
    since: float = 0.0,
    until: float | None = None,
    model: str | None = None,
    session: int | None = None,
) -> Iterator[Spent]:
    """The runs that were begun ``since`` then and before ``until``, those under way among them, the oldest first, but
    for those that asked no server; with ``model`` only those that asked it or had its answer, with ``session``, a
    number, only those of it."""
    conditions = ["begun >= :since", "id NOT IN (SELECT id FROM runs WHERE cached <> 0)"]
    if until is not None:
        conditions.append("begun < :until")
    if model is not None:
        conditions.append("(model = :model OR model_asked = :model)")
    if session is not None:
        conditions.append("id IN (SELECT run FROM turns WHERE session = :session)")
    # The texts lie behind these columns in each row: not one of them is read, nor is there anything to be sorted.
    rows = log.execute(
        f"{_SELECT} WHERE {' AND '.join(conditions)} ORDER BY id",
        {"since": since, "until": until, "model": model, "session": session},
    )
    return (Spent(*row) for row in rows)


def session_titles(log: Connection) -> dict[str, str]:
    """What each session with a name is called, by its number."""
    return {str(number): name for number, name in log.execute("SELECT id, name FROM sessions WHERE name IS NOT NULL")}
