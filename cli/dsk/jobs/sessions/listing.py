"""The jobs of ``dsk session list`` and ``tree``: sessions, a line each, and the turns of one with their branches."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any

from dsk.errors import Status
from dsk.jobs.log.fields import local_time, status_word
from dsk.jobs.sessions.finding import find_session
from dsk.output.escapes import clean_field, clean_line
from dsk.output.json_text import json_line
from dsk.output.sinks import write_out_all
from dsk.output.table import LEAST_WIDTH, cut, fitted, table
from dsk.state.log.reading import reading
from dsk.state.log.terminal import terminal_of
from dsk.state.paths import log_file
from dsk.state.sessions.reader import of_terminal, summaries, tree, with_head
from dsk.world import STDOUT

if TYPE_CHECKING:
    from dsk.state.sessions.reader import Summary, Turn
    from dsk.world import World

HEADING = ["SESSION", "NAME", "USED", "TURNS", "FIRST PROMPT"]
#: Behind the number of the last session of this terminal.
HERE = " *"
# The most characters of the last field in a pipe.
TEXT_WIDTH = 200


def list_sessions(count: int, named: bool, as_json: bool, world: World) -> Status:
    """Print the last ``count`` sessions, 0: all; with ``named`` only those with a name."""
    terminal = terminal_of(world.env)
    with reading(log_file(world.env)) as log:
        here = of_terminal(log, terminal) if terminal else None
        found = list(summaries(log, last=count, named=named))
    is_terminal = world.is_terminal(STDOUT)
    if as_json:
        for summary in found:
            is_here = here is not None and summary.session.id == here.id
            write_out_all(STDOUT, json_line(_object(summary, is_here=is_here), is_terminal=is_terminal))
        return Status.OK
    rows = [_row(summary) for summary in found]
    if is_terminal:
        marked = [HERE if here is not None and summary.session.id == here.id else "" for summary in found]
        rows = [[f"{row[0]}{mark}", *row[1:]] for row, mark in zip(rows, marked, strict=True)]
        text = fitted(HEADING, rows, os.get_terminal_size(STDOUT).columns)
    else:
        text = table(HEADING, rows, aligned=False)
    write_out_all(STDOUT, text.encode("utf-8", "replace"))
    return Status.OK


def show_tree(title: str | None, as_json: bool, world: World) -> Status:
    """Print the turns of a session, and of those that have the beginning in common with it, as a tree.

    Raises ``UsageFault`` if there is no such session.
    """
    with reading(log_file(world.env)) as log:
        session = find_session(log, title, world)
        turns = tree(log, session)
        ends = {turn.run.id: [end.title for end in with_head(log, turn.run.id)] for turn in turns}
    is_terminal = world.is_terminal(STDOUT)
    if as_json:
        for turn in turns:
            write_out_all(STDOUT, json_line(_node(turn, ends[turn.run.id]), is_terminal=is_terminal))
        return Status.OK
    width = os.get_terminal_size(STDOUT).columns if is_terminal else TEXT_WIDTH
    for branch, turn in _drawn(turns):
        marks = [status_word(turn.run)] if status_word(turn.run) != "ok" else []
        marks += [f"<- {name}" for name in ends[turn.run.id]]
        after = "".join(f"  {clean_line(mark)}" for mark in marks)
        text = clean_line(" ".join(turn.run.title.split()))
        line = f"{branch}{turn.run.id} {cut(text, max(width - len(branch) - len(after) - 8, LEAST_WIDTH))}{after}"
        write_out_all(STDOUT, f"{line}\n".encode("utf-8", "replace"))
    return Status.OK


def _row(summary: Summary) -> list[str]:
    session = summary.session
    text = " ".join(summary.text.split())[:TEXT_WIDTH]
    fields = [str(session.id), session.name or "", local_time(session.used), str(summary.turns), text]
    return [clean_field(field) for field in fields]


def _object(summary: Summary, *, is_here: bool) -> dict[str, Any]:
    session = summary.session
    return {
        "session": session.id,
        "name": session.name,
        "begun": round(session.begun, 3),
        "used": round(session.used, 3),
        "turns": summary.turns,
        "text": summary.text,
        "here": is_here,
    }


def _node(turn: Turn, ends: list[str]) -> dict[str, Any]:
    return {
        "run": turn.run.id,
        "parent": turn.parent,
        "session": turn.session,
        "state": turn.run.state,
        "status": turn.run.status,
        "text": turn.run.title,
        "last_of": ends,
    }


def _drawn(turns: Sequence[Turn]) -> Iterator[tuple[str, Turn]]:
    """The turns, each with the lines of the tree before it. What alone follows the turn on the line above has an
    arrow, and is not indented."""
    followers: dict[int | None, list[Turn]] = {}
    for turn in turns:
        followers.setdefault(turn.parent, []).append(turn)
    # Not by recursion: a conversation may be long.
    waiting = [("", "", turn) for turn in reversed(followers.get(None, []))]
    while waiting:
        before, below, turn = waiting.pop()
        yield before, turn
        after = followers.get(turn.run.id, [])
        if len(after) == 1:
            waiting.append((below + "↓ ", below, after[0]))
        else:
            for number, follower in reversed(list(enumerate(after, 1))):
                is_last = number == len(after)
                waiting.append((below + ("└─ " if is_last else "├─ "), below + ("   " if is_last else "│  "), follower))
