"""The job of ``dsk log resume``: an answer that another run has left unfinished is gone on with, and written whole."""

from __future__ import annotations

import json
from functools import partial
from typing import TYPE_CHECKING

from dsk.errors import Status, UsageFault
from dsk.exchange.question import Question
from dsk.jobs.connecting import way_to
from dsk.jobs.delivering import deliver, network_of
from dsk.jobs.log.finding import find_run
from dsk.jobs.log.retelling import left_of, retell
from dsk.jobs.run_cost import costing
from dsk.jobs.run_parts import fitted
from dsk.jobs.settings import Sending, Stops
from dsk.jobs.settling import BASE_URL_VARIABLE, DEEPSEEK, settle_server
from dsk.output.notes import note
from dsk.request.prefix import can_go_on, is_completion
from dsk.state.config import load
from dsk.state.log.process import until_ended
from dsk.state.log.reader import body_of
from dsk.state.log.reading import reading
from dsk.state.log.rows import NewTurn
from dsk.state.paths import log_file
from dsk.state.sessions.reader import turn_of

if TYPE_CHECKING:
    from dsk.output.settings import OutputSettings
    from dsk.state.log.reader import Run
    from dsk.state.sessions.reader import Turn
    from dsk.wire.settings import NetworkSettings
    from dsk.world import World


def resume_run(number: int, network: NetworkSettings, output: OutputSettings, world: World) -> Status:
    """Finish a run of the log, at the server that it asked or the one that is named; the status of the whole answer.

    Raises ``UsageFault`` if there is no such run, or it is still under way.
    """
    with reading(log_file(world.env)) as log:
        run = find_run(log, number)
        body = body_of(log, run.id).encode()
        turn = turn_of(log, run.id)
    if run.state == "running":
        raise UsageFault(f"run {run.id} is still under way", f"by process {run.pid}", hint=until_ended(run.pid))
    fields = json.loads(body)
    output = output._replace(newline=output.newline and not is_completion(fields))
    if run.is_whole:
        note(f"run {run.id} has its whole answer", world)
        cost = costing(run.model_asked, run.base_url, run.begun, world.env) if output.write_out else None
        return retell(run, fitted(output, Question(body, fields), 0), cost, world)
    sending = Sending(
        "log resume", _way(network, run), output, Stops(), turn=partial(_place_of, turn) if turn else None
    )
    elsewhere = world.env.get(BASE_URL_VARIABLE, "").rstrip("/")
    if elsewhere and run.profile == DEEPSEEK and elsewhere != run.base_url == sending.network.base_url:
        what = f"run {run.id} goes on at {run.base_url}, where it began"
        note(f"{what}; --base-url takes it elsewhere, {BASE_URL_VARIABLE} does not", world)
    server = settle_server(sending.network, load(world.env), world.env)
    connecting = way_to(server, sending, world)
    question = Question(body, fields)
    if not run.tool_calls and not run.choices and can_go_on(fields, has_beta=bool(server.profile.prefix_completion)):
        question = question._replace(before=left_of(run) if run.content else ())
    if not question.before:
        note(f"run {run.id} is asked again from the start", world)
    return deliver(question, server, sending, world, connecting=connecting)


def _way(network: NetworkSettings, run: Run) -> NetworkSettings:
    """The way to the server that was asked, but for what is said of it now."""
    if network.profile:
        return network
    asked = network_of(run.profile, run.base_url)
    if network.base_url:
        return network._replace(profile=run.profile)
    return network._replace(profile=asked.profile, base_url=asked.base_url, offline=asked.offline)


def _place_of(turn: Turn) -> NewTurn:
    """The place of a turn, for the run that tells it anew."""
    return NewTurn(turn.messages, turn.system, turn.parent, turn.session, replaces=turn.run.id)
