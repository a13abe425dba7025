"""What the runs in the log have used up: of each only what it takes to count that."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterator
from typing import TYPE_CHECKING

from dsk.records import NamedTuple

if TYPE_CHECKING:
    from sqlite3 import Connection


class Spent(NamedTuple):
    """A run. ``profile`` is ``OFFLINE`` if no server was asked, ``model`` is the one that answered, ``session`` the
    number of its session; ``usage`` and ``resumed`` are JSON, as in the table. ``before`` are those of a run whose
    answer this one goes on with, which are counted in here: None if there is none, or the log has it no more."""

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
    before: tuple[str | None, str | None] | None = None


#: In the place of the profile of runs that asked the built-in script, which nobody is paid for; the log has it in the
#: place of their base URL.
OFFLINE = "offline"
_PROFILE = f"CASE base_url WHEN '{OFFLINE}' THEN '{OFFLINE}' ELSE profile END"
_COLUMNS = (_PROFILE if name == "profile" else name for name in Spent._fields if name != "before")
_SELECT = f"SELECT {', '.join(_COLUMNS)} FROM runs"


def spendings(
    log: Connection,
    *,
    since: float = 0.0,
    until: float | None = None,
    model: str | None = None,
    session: int | None = None,
    profiles: Collection[str] = (),
) -> Iterator[Spent]:
    """The runs that were begun ``since`` then and before ``until``, those under way among them, the oldest first, but
    for those that asked no server; with ``model`` only those that asked it or had its answer, with ``session``, a
    number, only those of it, with ``profiles`` only those of them, ``OFFLINE`` among them."""
    conditions = ["begun >= :since", "id NOT IN (SELECT id FROM runs WHERE cached <> 0)"]
    if until is not None:
        conditions.append("begun < :until")
    if model is not None:
        conditions.append("(model = :model OR model_asked = :model)")
    if session is not None:
        conditions.append("id IN (SELECT run FROM turns WHERE session = :session)")
    wanted = {f"profile{at}": name for at, name in enumerate(profiles)}
    among = ", ".join(f":{name}" for name in wanted)
    conditions.append(f"{_PROFILE} IN ({among})" if wanted else f"base_url <> '{OFFLINE}'")
    # The texts lie behind these columns in each row: not one of them is read, nor is there anything to be sorted.
    rows = log.execute(
        f"{_SELECT} WHERE {' AND '.join(conditions)} ORDER BY id",
        {"since": since, "until": until, "model": model, "session": session} | wanted,
    )
    return (_with_before(log, Spent(*row)) for row in rows)


def _with_before(log: Connection, run: Spent) -> Spent:
    if not run.resumed or '"run"' not in run.resumed:
        return run
    numbers = [part["run"] for part in json.loads(run.resumed) if "run" in part]
    # The last of them goes on with those before it, and has counted them in.
    found = log.execute("SELECT usage, resumed FROM runs WHERE id = ?", numbers[-1:]) if numbers else None
    return run._replace(before=found.fetchone()) if found else run


def has_runs(log: Connection) -> bool:
    """Whether there is any run in the log."""
    return log.execute("SELECT 1 FROM runs LIMIT 1").fetchone() is not None


def session_titles(log: Connection) -> dict[str, str]:
    """What each session with a name is called, by its number."""
    return {str(number): name for number, name in log.execute("SELECT id, name FROM sessions WHERE name IS NOT NULL")}
