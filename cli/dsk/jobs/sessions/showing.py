"""The job of ``dsk session show``: what was said in a session, for people or for programs."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from dsk.errors import Status
from dsk.jobs.log.fields import error_text, local_time, status_word
from dsk.jobs.sessions.finding import find_session
from dsk.jobs.talk import said
from dsk.output.json_text import json_line
from dsk.output.sinks import write_out_all
from dsk.request.history import conversation
from dsk.state.log.prompts import are_results, text_of_messages
from dsk.state.log.reading import reading
from dsk.state.paths import log_file
from dsk.state.sessions.reader import line
from dsk.world import STDOUT

if TYPE_CHECKING:
    from dsk.state.sessions.reader import Line, Session, Turn
    from dsk.world import World


def show_session(title: str | None, as_json: bool, world: World) -> Status:
    """Print a session. Raises ``UsageFault`` if there is no such one."""
    with reading(log_file(world.env)) as log:
        session = find_session(log, title, world)
        turns = line(log, session)
    is_terminal = world.is_terminal(STDOUT)
    if as_json:
        write_out_all(STDOUT, json_line(_object(session, turns), is_terminal=is_terminal))
        return Status.OK
    text = "\n\n".join(["\n".join(_head(session, turns)), *_parts(turns)])
    if is_terminal:
        from dsk.output.escapes import firewall

        wall = firewall("show")
        text = wall.feed(text) + wall.close()
    write_out_all(STDOUT, (text if text.endswith("\n") else text + "\n").encode("utf-8", "replace"))
    return Status.OK


def _head(session: Session, turns: Line) -> Iterator[str]:
    last = turns.last
    head = {
        "Session": " ".join(filter(None, (str(session.id), session.name))),
        "Begun": local_time(session.begun),
        "Used": local_time(session.used),
        "Model": (last.run.model or last.run.model_asked) if last else "",
        "Server": last.run.base_url if last else "",
        "Turns": str(sum(not are_results(turn.messages) for turn in turns.turns)),
    }
    for name, value in head.items():
        if value:
            yield f"{name}:".ljust(10) + " ".join(value.split())


def _parts(turns: Line) -> Iterator[str]:
    system = None
    for turn in turns.turns:
        if turn.system != system:
            yield f"--- System\n{turn.system or '(none)'}"
            system = turn.system
        told = said(turn)
        what = "Tool results" if are_results(turn.messages) else "Prompt"
        yield f"--- {what} (run {turn.run.id})\n{text_of_messages(told.messages)}"
        yield f"--- Answer{_how_it_ended(turn)}\n{told.content}"
        if turn.run.tool_calls:
            yield f"--- Tool calls\n{turn.run.tool_calls}"


def _how_it_ended(turn: Turn) -> str:
    word = status_word(turn.run)
    return "" if word == "ok" else f" ({': '.join(filter(None, (word, error_text(turn.run, 'message'))))})"


def _object(session: Session, turns: Line) -> dict[str, Any]:
    last = turns.last
    system = last.system if last else None
    return {
        "session": session.id,
        "name": session.name,
        "begun": round(session.begun, 3),
        "used": round(session.used, 3),
        "model": last.run.model_asked if last else None,
        "profile": last.run.profile if last else None,
        "base_url": last.run.base_url if last else None,
        "messages": conversation(system, map(said, turns.turns), (), with_reasoning=False),
        "turns": [_turn(turn) for turn in turns.turns],
    }


def _turn(turn: Turn) -> dict[str, Any]:
    run, told = turn.run, said(turn)
    return {
        "run": run.id,
        "parent": turn.parent,
        "begun": round(run.begun, 3),
        "model": run.model or run.model_asked,
        "prompt": text_of_messages(told.messages),
        "content": told.content,
        "reasoning": told.reasoning,
        "state": run.state,
        "status": run.status,
    }
