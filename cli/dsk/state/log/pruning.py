"""Taking runs out of the log, so that nothing of them is left on the disk."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from dsk.state.log.index import index_file
from dsk.state.log.process import is_there
from dsk.state.log.sharing import persist, transact

if TYPE_CHECKING:
    from sqlite3 import Connection


def chosen(connection: Connection, *, before: float | None, keep: int) -> list[int]:
    """The numbers of the runs begun ``before`` then (None: any time), but for the last ``keep`` and those that are
    still under way."""
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
    return [number for (number,) in rows if number not in under_way]


def prune(connection: Connection, path: str, numbers: list[int], is_over: Callable[[], bool]) -> None:
    """Remove these runs and give their room back. The words of the search index go too; it is made anew when it
    is needed. Raises ``OSError`` and ``sqlite3.Error``."""

    def delete() -> None:
        rows = [(number,) for number in numbers]
        for table, column in (("pieces", "run"), ("requests", "run"), ("runs", "id")):
            connection.executemany(f"DELETE FROM {table} WHERE {column} = ?", rows)

    transact(connection, delete, is_over)
    Path(index_file(path)).unlink(missing_ok=True)
    persist(lambda: connection.execute("VACUUM"), is_over)
    # The write-ahead log still has the old pages. Only a reader can be in the way, and only for a while.
    while connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()[0] and not is_over():
        pass
