"""A run as it is written: what is known when it begins, what comes of it, how it ends.

Every function writes in a transaction that its caller has begun.
"""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from dsk import __version__
from dsk.records import NamedTuple
from dsk.state.log.process import birth
from dsk.state.log.prompts import title_of_body

if TYPE_CHECKING:
    from sqlite3 import Connection

#: Kinds of pieces that are one text, however it was cut.
TEXTS = ("content", "reasoning", "refusal")


class Entry(NamedTuple):
    """What is known when a request goes out. ``body`` is the JSON that is sent, which never holds a key; ``model``
    is the one that is asked, ``begun`` in seconds since the epoch. ``cached``: no server is
    asked, the answer was kept. ``numbered`` is told the number of the run, from the thread that writes the log."""

    command: str
    profile: str
    base_url: str
    model: str
    body: bytes
    begun: float
    turn: NewTurn | None = None
    cached: bool = False
    numbered: Callable[[int], None] | None = None


class NewTurn(NamedTuple):
    """The place of a run in a session.

    ``messages`` is what the user says in it, as request messages, and ``system`` the system message that goes before
    all turns. ``parent`` is the run whose answer it follows. Without ``session``, a session's number, it goes to the
    one that is called ``name``, or else to a new one; with ``env`` it becomes the last session of the terminal that
    this environment is in. ``replaces`` is the run whose answer this one tells anew. ``placed`` is told the number of
    the session and of the run, from the thread that writes the log.
    """

    messages: Sequence[Mapping[str, Any]]
    system: str | None = None
    parent: int | None = None
    session: int | None = None
    name: str | None = None
    env: Mapping[str, str] | None = None
    replaces: int | None = None
    placed: Callable[[int, int], None] | None = None


class Piece(NamedTuple):
    """A bit of what arrived.

    ``kind`` is content, reasoning, refusal; or finish, with the server's word; or start, tool_call, usage or
    resume, with JSON as ``dsk.state.log.pieces`` reads it.
    """

    kind: str
    choice: int
    text: str


class Outcome(NamedTuple):
    """What came of a run, under the names of ``--json``; what is an object or a list there is JSON text here.

    ``content`` and ``reasoning`` are None where they are what the pieces make, which stay for it. ``choices`` is None
    where it would say nothing that the other fields do not. ``status`` is the exit status,
    None for a run that was killed.
    """

    content: str | None
    reasoning: str | None
    status: int | None
    id: str | None = None
    model: str | None = None
    tool_calls: str | None = None
    finish_reason: str | None = None
    usage: str | None = None
    choices: str | None = None
    first_token: float | None = None
    total: float | None = None
    resumed: str | None = None
    error: str | None = None
    http_status: int | None = None


def begin(connection: Connection, entry: Entry) -> int:
    """Write the row of a run that has only begun; its number."""
    command, profile, base_url, model, body, begun, turn, cached, numbered = entry
    pid = os.getpid()
    cursor = connection.execute(
        "INSERT INTO runs (command, profile, base_url, model_asked, begun, cached, title, version, pid, pid_born)"
        " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        (command, profile, base_url, model, begun, cached, title_of_body(body), __version__, pid, birth(pid)),
    )
    run = cursor.lastrowid
    assert run is not None
    text = body.decode("utf-8", "replace")
    connection.execute("INSERT INTO requests (run, body) VALUES (?, ?)", (run, text))
    if turn:
        _place(connection, run, turn, begun)
    if numbered:
        numbered(run)
    return run


def _place(connection: Connection, run: int, turn: NewTurn, begun: float) -> None:
    terminal = None
    if turn.env is not None:
        from dsk.state.log.terminal import terminal_of

        terminal = terminal_of(turn.env)
    if (turn.session, turn.name, terminal) != (None, None, None):
        from dsk.state.log.placing import place

        place(connection, run, turn, terminal, begun)


def append(connection: Connection, run: int, first: int, pieces: Iterable[Piece]) -> None:
    """Write pieces, numbered from ``first``."""
    at = time.time()
    connection.executemany(
        "INSERT INTO pieces (run, seq, at, kind, choice, text) VALUES (?, ?, ?, ?, ?, ?)",
        [(run, number, at, *piece) for number, piece in enumerate(pieces, first)],
    )


def finish(connection: Connection, run: int, outcome: Outcome, *, state: str, ended: float) -> None:
    """Write what a run has come to. Once its texts are in its row its pieces are not needed any more."""
    connection.execute(
        "UPDATE runs SET state = :state, ended = :ended, status = :status, response_id = :id, model = :model,"
        " finish_reason = :finish_reason, usage = :usage, http_status = :http_status, first_token = :first_token,"
        " total = :total, error = :error, resumed = :resumed, tool_calls = :tool_calls, choices = :choices,"
        " content = coalesce(:content, ''), reasoning = coalesce(:reasoning, '') WHERE id = :run",
        outcome._asdict() | {"run": run, "state": state, "ended": ended},
    )
    if state == "ended" and outcome.content is not None:
        connection.execute("DELETE FROM pieces WHERE run = ?", (run,))


def joined(pieces: Iterable[Piece]) -> list[Piece]:
    """The same with neighbours that are one text joined: one row for many tokens."""
    found: list[tuple[str, int, list[str]]] = []
    last = None
    for kind, choice, text in pieces:
        if (kind, choice) == last:
            found[-1][2].append(text)
        else:
            found.append((kind, choice, [text]))
            last = (kind, choice) if kind in TEXTS else None
    return [Piece(kind, choice, "".join(texts)) for kind, choice, texts in found]


def says_more(choices: Sequence[Mapping[str, Any]]) -> bool:
    """Whether a list of choices holds anything that the fields of the printed choice do not."""
    return any(choice["index"] != 0 or "refusal" in choice or "logprobs" in choice for choice in choices)
