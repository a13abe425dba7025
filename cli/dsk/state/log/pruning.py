"""Taking runs out of the log, so that nothing of them is left on the disk."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from pathlib import Path
from typing import TYPE_CHECKING

from dsk.state.log.cramped import in_any_room
from dsk.state.log.index import index_file
from dsk.state.log.process import is_there
from dsk.state.log.sharing import persist, transact

if TYPE_CHECKING:
    from sqlite3 import Connection


def chosen(connection: Connection, *, before: float | None, keep: int) -> list[int]:
    """The numbers of the runs begun ``before`` then (None: any time), but for the last ``keep``, those that are
    still under way, and the turns that those who stay in the log go back to."""
    under_way = {
        number
        for number, pid, born, begun in connection.execute(
            "SELECT id, pid, pid_born, begun FROM runs WHERE state <> 'ended'"
        )
        if is_there(pid, born, begun)
    }
    rows = connection.execute(
        "SELECT id FROM runs WHERE begun < ? AND id NOT IN (SELECT id FROM runs ORDER BY id DESC LIMIT ?)",
        (float("inf") if before is None else before, keep),
    )
    old = {number for (number,) in rows} - under_way
    return sorted(old - _gone_back_to(connection, old))


def _gone_back_to(connection: Connection, old: set[int]) -> set[int]:
    """The old turns in the lines of sessions that have newer ones."""
    turns = connection.execute("SELECT run, session, parent FROM turns").fetchall()
    parents = {run: parent for run, _, parent in turns}
    alive = {session for run, session, _ in turns if run not in old}
    ends = [run for run, _, _ in turns if run not in old]
    ends += [head for number, head in connection.execute("SELECT id, head FROM sessions") if number in alive]
    found: set[int] = set()
    for end in ends:
        run: int | None = end
        while run is not None and run not in found:
            found.add(run)
            run = parents.get(run)
    return found


def prune(connection: Connection, path: str, numbers: list[int], is_over: Callable[[], bool]) -> None:
    """Remove these runs and give their room back. The words of the search index go too; it is made anew when it
    is needed. Raises ``OSError`` and ``sqlite3.Error``."""
    erase(connection, path, lambda: numbers, is_over)


def erase(
    connection: Connection, path: str, choose: Callable[[], Iterable[int]], is_over: Callable[[], bool]
) -> list[int]:
    """Remove the runs that ``choose``, which is called within the transaction, gives; these. Sessions that have no
    turn left go as well. Where there is no room for it, it is done in memory."""

    def delete() -> list[int]:
        numbers = list(choose())
        rows = [(number,) for number in numbers]
        for table, column in (("pieces", "run"), ("requests", "run"), ("turns", "run"), ("runs", "id")):
            connection.executemany(f"DELETE FROM {table} WHERE {column} = ?", rows)
        _tidy(connection)
        return numbers

    removed = in_any_room(connection, path, lambda: transact(connection, delete, is_over), is_over)
    Path(index_file(path)).unlink(missing_ok=True)
    in_any_room(connection, path, lambda: persist(lambda: connection.execute("VACUUM"), is_over), is_over)
    # The write-ahead log still has the old pages. Only a reader can be in the way, and only for a while.
    while connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()[0] and not is_over():
        pass
    return removed


def _tidy(connection: Connection) -> None:
    """Let nothing point to what is gone. Turns whose session is gone are those of a session that goes back to them."""
    connection.execute(
        "UPDATE sessions SET head = (SELECT max(run) FROM turns WHERE session = sessions.id)"
        " WHERE head IS NOT NULL AND head NOT IN (SELECT run FROM turns)"
    )
    connection.execute(
        "DELETE FROM sessions WHERE id NOT IN (SELECT session FROM turns)"
        " AND (head IS NULL OR head NOT IN (SELECT run FROM turns))"
    )
    connection.execute("DELETE FROM terminals WHERE session NOT IN (SELECT id FROM sessions)")
