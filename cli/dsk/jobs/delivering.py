"""The way of a question to the server and of its answer to stdout, for every command that asks one."""

from __future__ import annotations

import time
from functools import partial
from typing import TYPE_CHECKING

from dsk.errors import InterruptFault, Status, Terminated
from dsk.exchange.policy import Policy
from dsk.exchange.question import Question
from dsk.jobs.connecting import Connecting
from dsk.jobs.settling import Server, settle_clocks
from dsk.jobs.thinking import is_asked_for
from dsk.output.notes import note, warn
from dsk.output.printer import open_printer
from dsk.output.progress import Progress
from dsk.request.prefix import text_of_prefix
from dsk.wire.endpoint import Endpoint
from dsk.wire.network import Network
from dsk.wire.preconnection import Preconnection, preconnect
from dsk.wire.settings import NetworkSettings
from dsk.world import STDERR

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from dsk.exchange.source import Listener, Transport
    from dsk.jobs.cached_run import CachedRun
    from dsk.jobs.log_writing import RunLog
    from dsk.jobs.settings import Sending, Stops
    from dsk.jobs.turn_log import TurnLog
    from dsk.jobs.turns import Succession
    from dsk.output.settings import OutputSettings
    from dsk.state.log.rows import NewTurn
    from dsk.stream.stopping import Stopper
    from dsk.world import World

#: What the log has in the place of a base URL that is gone with the run.
OFFLINE = "offline"
# Bytes: what is smaller has gone before anybody could read how far it is.
LARGE = 1 << 20
# Commands that make the body themselves and can show it.
SHOW_BODIES = ("ask", "fim")
OFFLINE_NOTE = "offline: the built-in script answers, no model was asked"


def network_of(profile: str, base_url: str) -> NetworkSettings:
    """How to reach the server of a run that is in the log."""
    if base_url == OFFLINE:
        return NetworkSettings(profile=profile, offline=True)
    return NetworkSettings(profile=profile, base_url=base_url)


def deliver(
    question: Question,
    server: Server,
    sending: Sending,
    world: World,
    warnings: Sequence[str] = (),
    connecting: Connecting | None = None,
    listener: Listener | None = None,
    succession: Succession | None = None,
) -> Status:
    """Send a body and write its answer; raises the failure of a run that did not give the whole answer.

    Everything local that can fail fails before the request is sent. ``warnings`` have been told already.
    ``connecting`` is the way to the server, if it has been looked for already; ``listener`` is told of the answer
    after it was written; ``succession`` knows what is asked next, if the answer may lead to another question.
    """
    notes = [f"warning: {warning}" for warning in warnings]
    network = sending.network
    cached = None
    if sending.cache:
        from dsk.jobs.cached_run import CachedRun
        from dsk.jobs.caching import Cache

        cached = CachedRun(Cache(sending.cache, world), OFFLINE if network.offline else server.base_url, question)
    if network.retry_invalid_origin == "flag":
        from dsk.jobs.idle import tell_idle

        notes += tell_idle(network, question, world)
    if network.offline:
        note(OFFLINE_NOTE, world)
        notes.append(OFFLINE_NOTE)
    go = partial(
        exchange,
        server=server,
        sending=sending,
        world=world,
        notes=notes,
        listener=listener,
        succession=succession,
        cached=cached,
    )
    if cached and cached.is_hit and not succession:
        return go(question, Endpoint(server.base_url, None, {}), None)
    if network.offline:
        from dsk.scripted.offline import offline_script
        from dsk.scripted.server import ScriptedServer

        with ScriptedServer(offline_script()) as scripted:
            endpoint = Endpoint(scripted.base_url, None, {})
            made = None if cached and cached.is_hit else preconnect(endpoint, network.connect_timeout)
            return go(question, endpoint, made)
    if cached and cached.is_hit:
        return go(question, cached.endpoint(server, world), None)
    connecting = connecting or Connecting(server, network.connect_timeout, world)
    return go(question, *connecting.made())


def exchange(
    question: Question,
    endpoint: Endpoint,
    made: Preconnection | None,
    server: Server,
    sending: Sending,
    world: World,
    notes: Sequence[str],
    listener: Listener | None = None,
    succession: Succession | None = None,
    ready: Callable[[], None] | None = None,
    cached: CachedRun | None = None,
) -> Status:
    """One question over a way that is there: as ``deliver``. ``notes`` are what the user was told, for a recording;
    ``listener`` is told of the answer as well; ``ready`` is called when all is set up, and may raise as signals do;
    ``cached`` gives the answer or keeps it."""
    command, network, output, stops, record, is_logged, turn, judge, _ = sending
    if command in SHOW_BODIES:
        endpoint = endpoint._replace(body_hint=f"dsk {command} --dry-run shows what was sent")
    question = question._replace(prefix_way=server.prefix_way)
    if output.extract:
        from dsk.jobs.extracting import begun_with

        output, stops = begun_with(output, stops, text_of_prefix(question.fields))
    is_raw = output.format == "raw"
    output = fitted(output, question, network.retry_invalid)
    clocks = settle_clocks(network, streams=bool(question.fields.get("stream")))
    policy = Policy(
        retry=network.retry,
        retry_max_time=network.retry_max_time,
        resume=network.resume,
        continue_on_length=network.continue_on_length,
        can_prefix=bool(server.profile.prefix_completion),
        retry_invalid=network.retry_invalid,
        runs_calls=succession is not None,
    )
    way = Network(endpoint, clocks, _upload_view(question.body, world))
    transport: Transport = cached.over(way, clocks.begun, endpoint.key) if cached else way
    asked = OFFLINE if network.offline else endpoint.base_url
    begun = time.time()
    recorder = None
    if record is not None:
        from dsk.jobs.recording import Recorder, Tape, head_of

        head = head_of(question.fields, policy, notes, asked, begun, is_raw=is_raw)
        recorder = transport = Recorder(Tape(record, world), transport, head, clocks.begun, endpoint.key)
    cost = None
    if output.write_out:
        from dsk.jobs.run_cost import costing

        cost = costing(question.fields.get("model"), asked, begun, world.env)
    printer = open_printer(output, world, cost)
    progress = Progress(
        world,
        clocks.begun,
        color=output.color,
        hides_reasoning=not printer.shows_reasoning,
        thinks=is_asked_for(question.fields),
    )
    world.progress = progress.line
    # The one that clears the line for what is printed comes first.
    listeners: list[Listener] = [progress]
    say = say_in_between(progress, world)
    log: RunLog | TurnLog | None = None
    turn_log: TurnLog | None = None
    try:
        if made and question.content:
            # The first request is another one than the question's own.
            made.close()
        elif made:
            way.hasten(*question.sent(question.fields, question.body), made)
        # The request is on its way: what is loaded from here on is loaded while the server thinks.
        printer.prepare()
        from dsk.exchange.concluding import conclude
        from dsk.exchange.loop import Exchange

        if is_logged:
            from dsk.jobs.log_writing import log_run

            def begin(question: Question, turn: NewTurn | None) -> RunLog:
                is_cached = cached is not None and cached.is_hit_now
                return log_run(command, server.profile.name, asked, world, question, turn, is_cached=is_cached)

            if succession:
                from dsk.jobs.turn_log import TurnLog

                log = turn_log = TurnLog(begin, question, turn() if turn else None)
            else:
                log = begin(question, turn() if turn else None)
            # What cannot be printed is in the log all the same.
            listeners.append(log)
        listeners += [one for one in (printer, recorder, cached, listener) if one]

        def made_for(question: Question) -> Exchange:
            return Exchange(
                question._replace(prefix_way=server.prefix_way),
                transport,
                listeners,
                clocks=clocks,
                elapsed=recorder.elapsed if recorder else None,
                policy=policy,
                stopper=stopper_of(stops),
                is_raw=is_raw,
                keeps_text=not is_raw or is_logged or bool(listener or succession) or question.wants_json,
                keeps_reasoning=output.reasoning == "only",
                say=say,
                on_open=progress.opened,
                on_arrival=progress.arrived,
            )

        exchange = made_for(question)
        progress.begin()
    except (KeyboardInterrupt, Terminated) as signalled:
        way.close()
        return _left_early(signalled, listeners, log)
    except BaseException:
        way.close()
        raise
    try:
        try:
            if ready:
                ready()
            ending = exchange.run(printer.descriptor)
        except (KeyboardInterrupt, Terminated) as signalled:
            # It came just before the exchange could take it for an ending.
            way.close()
            return _left_early(signalled, listeners, log)
        if succession:
            from dsk.jobs.turns import Turns

            turns = Turns(
                succession,
                made_for,
                clocks=clocks,
                printer=printer,
                progress=progress,
                say=say,
                recorder=recorder,
                log=turn_log,
                cached=cached,
            )
            ending = turns.go_on(question, ending)
        if cached:
            ending = ending._replace(is_cached=cached.is_hit)
        if output.extract:
            from dsk.jobs.extracting import SHOWN_BY_LOG, SHOWN_WITHOUT, with_code, with_command

            is_command = output.extract.which == "command"
            ending = with_command(ending) if is_command else with_code(ending, SHOWN_BY_LOG if log else SHOWN_WITHOUT)
        if judge:
            ending = judge(ending)
        status = conclude(listeners, ending, log)
        if output.reasoning == "only" or output.reasoning_to:
            from dsk.jobs.missing_reasoning import warn_of_none

            warn_of_none(output, question.fields, ending, world)
        return status
    finally:
        if log and log.warning:
            warn([log.warning], world)


def fitted(output: OutputSettings, question: Question, retry_invalid: int) -> OutputSettings:
    """How the answer to this question is written: JSON is no Markdown, and what may be asked for again waits."""
    if output.markdown == "auto" and question.wants_json:
        output = output._replace(markdown="never")
    holds = retry_invalid and output.format == "text" and question.wants_json
    return output._replace(holds=True) if holds else output


def _left_early(signalled: BaseException, listeners: Sequence[Listener], log: RunLog | TurnLog | None) -> Status:
    """End a run that a signal has ended before it could wait for an answer; raises its failure."""
    from dsk.ending import Ending, Timing
    from dsk.exchange.concluding import conclude
    from dsk.stream.answer import Answer

    fault = signalled.fault if isinstance(signalled, Terminated) else InterruptFault("interrupted")
    return conclude(listeners, Ending(Answer(), fault, Timing(None, None), None), log)


def _upload_view(body: bytes, world: World) -> Callable[[int, int], None] | None:
    """Who is told how far a large body is; nobody for others, nor where nobody looks."""
    if len(body) < LARGE or not world.is_terminal(STDERR):
        return None
    from dsk.output.upload import Upload

    return Upload(world).sent


def say_in_between(progress: Progress, world: World) -> Callable[[str], None]:
    """Tells the user why it is asked again."""

    def say(text: str) -> None:
        progress.paused()
        note(text, world)

    return say


def stopper_of(stops: Stops) -> Stopper | None:
    """What ends the text early, if anything is to."""
    if stops.first_block:
        from dsk.stream.code.stopping import FirstBlock

        return FirstBlock(stops.until, stops.max_lines, stops.begun)
    if stops.until is None and stops.max_lines is None:
        return None
    from dsk.stream.stopping import Stopper

    return Stopper(stops.until, stops.max_lines)
