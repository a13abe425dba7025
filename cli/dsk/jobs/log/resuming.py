"""The job of ``dsk log resume``: an answer that another run has left unfinished is gone on with, and written whole."""

from __future__ import annotations

import json
from functools import partial
from typing import TYPE_CHECKING

from dsk.errors import Status, UsageFault
from dsk.exchange.question import Question
from dsk.jobs.delivering import deliver, network_of
from dsk.jobs.log.finding import find_run
from dsk.jobs.settings import Sending, Stops
from dsk.jobs.settling import settle_server
from dsk.output.escapes import firewall
from dsk.output.notes import note
from dsk.output.settings import OutputSettings
from dsk.output.sinks import write_out_all
from dsk.request.prefix import can_go_on, is_completion
from dsk.state.config import load
from dsk.state.log.process import until_ended
from dsk.state.log.reader import body_of
from dsk.state.log.reading import reading
from dsk.state.log.rows import NewTurn
from dsk.state.paths import log_file
from dsk.state.sessions.reader import turn_of
from dsk.world import STDOUT

if TYPE_CHECKING:
    from dsk.state.log.reader import Run
    from dsk.state.sessions.reader import Turn
    from dsk.world import World


def resume_run(number: int, world: World) -> Status:
    """Finish a run of the log, at the server that it asked; the status of the whole answer.

    Raises ``UsageFault`` if there is no such run, or it is still under way.
    """
    with reading(log_file(world.env)) as log:
        run = find_run(log, number)
        body = body_of(log, run.id).encode()
        turn = turn_of(log, run.id)
    if run.state == "running":
        raise UsageFault(f"run {run.id} is still under way", f"by process {run.pid}", hint=until_ended(run.pid))
    if run.is_whole:
        note(f"run {run.id} has its whole answer", world)
        has_end = not run.content or run.content.endswith("\n") or is_completion(json.loads(body))
        text = run.content if has_end else run.content + "\n"
        if world.is_terminal(STDOUT):
            wall = firewall("show")
            text = wall.feed(text) + wall.close()
        write_out_all(STDOUT, text.encode("utf-8", "replace"))
        return Status.OK
    network = network_of(run.profile, run.base_url)
    server = settle_server(network, load(world.env), world.env)
    question = _rest_of(run, body, has_beta=bool(server.profile.prefix_completion))
    if not question.content:
        note(f"run {run.id} is asked again from the start", world)
    place = partial(_place_of, turn) if turn else None
    output = OutputSettings(newline=not is_completion(question.fields))
    return deliver(question, server, Sending("log resume", network, output, Stops(), turn=place), world)


def _place_of(turn: Turn) -> NewTurn:
    """The place of a turn, for the run that tells it anew."""
    return NewTurn(turn.messages, turn.system, turn.parent, turn.session, replaces=turn.run.id)


def _rest_of(run: Run, body: bytes, *, has_beta: bool) -> Question:
    """The question of a run with what there is of its answer, if that can be gone on with."""
    fields = json.loads(body)
    if not run.tool_calls and not run.choices and can_go_on(fields, has_beta=has_beta):
        return Question(body, fields, run.content, run.reasoning)
    return Question(body, fields)
