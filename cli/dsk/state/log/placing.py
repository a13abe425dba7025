"""Giving a run that begins its place in a session, in the transaction that writes its row."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from sqlite3 import Connection

    from dsk.state.log.rows import NewTurn


def place(connection: Connection, run: int, turn: NewTurn, terminal: str | None, begun: float) -> None:
    """Write the turn, make it the last one of its session, and that the last one of its terminal.

    A run has no session where none is named and there is no terminal, or if its session has been deleted meanwhile.
    """
    session = turn.session
    if session is None and turn.name is not None:
        # Another process may have made it since.
        row = connection.execute("SELECT id FROM sessions WHERE name = ?", (turn.name,)).fetchone()
        session = row[0] if row else _new(connection, turn.name, begun)
    elif session is None and terminal is not None:
        session = _new(connection, None, begun)
    if session is None or not connection.execute("SELECT 1 FROM sessions WHERE id = ?", (session,)).fetchone():
        return
    connection.execute(
        "INSERT INTO turns (run, session, parent, system, messages) VALUES (?, ?, ?, ?, ?)",
        (run, session, turn.parent, turn.system, json.dumps(list(turn.messages), ensure_ascii=False)),
    )
    connection.execute("UPDATE runs SET session = ? WHERE id = ?", (session, run))
    connection.execute(
        "UPDATE sessions SET head = ?, used = ? WHERE id = ? AND (? IS NULL OR head IS ?)",
        (run, begun, session, turn.replaces, turn.replaces),
    )
    if terminal is not None:
        take(connection, terminal, session)
    if turn.placed:
        turn.placed(session, run)


def take(connection: Connection, terminal: str, session: int) -> None:
    """Make a session the last one of a terminal."""
    connection.execute("INSERT OR REPLACE INTO terminals (terminal, session) VALUES (?, ?)", (terminal, session))


def _new(connection: Connection, name: str | None, begun: float) -> int:
    cursor = connection.execute("INSERT INTO sessions (name, begun, used) VALUES (?, ?, ?)", (name, begun, begun))
    assert cursor.lastrowid is not None
    return cursor.lastrowid
