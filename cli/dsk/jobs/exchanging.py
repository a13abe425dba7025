"""One run over a way to the server that is there: what it is written, recorded and logged to, and its questions."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from dsk.errors import Failure, InterruptFault, Status, Terminated
from dsk.jobs.run_parts import fitted, say_in_between, stopper_of
from dsk.jobs.settling import Server, settle_clocks, settle_policy
from dsk.jobs.thinking import is_asked_for
from dsk.output.notes import warn
from dsk.output.printer import open_printer
from dsk.output.progress import Progress
from dsk.output.sinks import check_reader
from dsk.request.prefix import text_of_prefix
from dsk.wire.network import Network
from dsk.world import STDERR

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from dsk.ending import Ending
    from dsk.exchange.loop import Exchange
    from dsk.exchange.question import Question
    from dsk.exchange.source import Listener, Transport
    from dsk.jobs.cached_run import CachedRun
    from dsk.jobs.log_writing import RunLog
    from dsk.jobs.recording import Recorder
    from dsk.jobs.settings import Sending
    from dsk.jobs.turn_log import TurnLog
    from dsk.jobs.turns import Succession
    from dsk.output.write_out import Costing
    from dsk.state.log.rows import NewTurn
    from dsk.wire.endpoint import Endpoint
    from dsk.wire.preconnection import Preconnection
    from dsk.world import World

#: What the log has in the place of a base URL that is gone with the run.
OFFLINE = "offline"
# Bytes: what is smaller has gone before anybody could read how far it is.
LARGE = 1 << 20
# Commands that make the body themselves and can show it.
SHOW_BODIES = ("ask", "fim")


def exchange(
    question: Question,
    endpoint: Endpoint,
    made: Preconnection | None,
    server: Server,
    sending: Sending,
    world: World,
    notes: Sequence[str],
    listener: Listener | None,
    succession: Succession | None = None,
    ready: Callable[[], None] | None = None,
    cached: CachedRun | None = None,
) -> Status:
    """One question over a way that is there: as ``deliver``. ``notes`` are what the user was told, for a recording;
    ``listener`` is told of the answer as well; ``ready`` is called when all is set up, and may raise as signals do;
    ``cached`` gives the answer or keeps it."""
    run = _Run(question, endpoint, server, sending, world, notes, succession, cached)
    return run.go(made, listener, ready)


class _Run:
    """Everything local that can fail has failed when it is made; nothing has been sent."""

    def __init__(
        self,
        question: Question,
        endpoint: Endpoint,
        server: Server,
        sending: Sending,
        world: World,
        notes: Sequence[str],
        succession: Succession | None,
        cached: CachedRun | None,
    ) -> None:
        self._question = question = question._replace(prefix_way=server.prefix_way)
        self._server = server
        self._sending = sending
        self._world = world
        self._succession = succession
        self._cached = cached
        network, output, self._stops = sending.network, sending.output, sending.stops
        if sending.command in SHOW_BODIES:
            endpoint = endpoint._replace(body_hint=f"dsk {sending.command} --dry-run shows what was sent")
        if output.extract:
            from dsk.jobs.extracting import begun_with

            output, self._stops = begun_with(output, self._stops, text_of_prefix(question.fields))
        self._output = fitted(output, question, network.retry_invalid)
        self._clocks = settle_clocks(network, streams=bool(question.fields.get("stream")))
        self._policy = settle_policy(network, server, runs_calls=succession is not None)
        self._way = Network(endpoint, self._clocks, _upload_view(question.body, world))
        self._asked = OFFLINE if network.offline else endpoint.base_url
        self._begun = time.time()
        transport: Transport = self._way
        if cached:
            transport = cached.over(self._way, self._clocks.begun, endpoint.key)
        self._recorder = self._recording(transport, endpoint, notes)
        self._transport = self._recorder or transport
        self._printer = open_printer(self._output, world, self._costing())
        self._progress = Progress(
            world,
            self._clocks.begun,
            color=output.color,
            hides_reasoning=not self._printer.shows_reasoning,
            thinks=is_asked_for(question.fields),
        )
        world.progress = self._progress.line
        self._say = say_in_between(self._progress, world)
        # The one that clears the line for what is printed comes first.
        self._listeners: list[Listener] = [self._progress]
        self._log: RunLog | TurnLog | None = None
        self._turn_log: TurnLog | None = None
        self._run_log: RunLog | None = None
        # A failure that was told what the log can do about it, and its hint without that.
        self._unadvised: tuple[Failure, str] | None = None

    def go(self, made: Preconnection | None, listener: Listener | None, ready: Callable[[], None] | None) -> Status:
        """Ask, and whatever follows from the answer; raises the failure of a run that did not give all of it."""
        try:
            self._send(made)
            # The request is on its way: what is loaded from here on is loaded while the server thinks.
            from dsk.exchange.concluding import conclude

            self._begin_log()
            self._listeners += [one for one in (self._printer, self._recorder, self._cached, listener) if one]
            keeps_text = self._output.format != "raw" or self._sending.log or bool(listener or self._succession)

            def made_for(question: Question) -> Exchange:
                return self._exchange(question, keeps_text=keeps_text or question.wants_json)

            exchange = made_for(self._question)
            self._progress.begin()
        except (KeyboardInterrupt, Terminated) as signalled:
            self._way.close()
            return _left_early(signalled, self._listeners, self._log)
        except BaseException:
            self._way.close()
            raise
        try:
            try:
                if ready:
                    ready()
                ending = exchange.run(self._printer.descriptor)
            except (KeyboardInterrupt, Terminated) as signalled:
                # It came just before the exchange could take it for an ending.
                self._way.close()
                return _left_early(signalled, self._listeners, self._log)
            ending = self._judged(self._followed(ending, made_for))
            if ending.failure:
                self._advise(ending.failure, ending)
            status = conclude(self._listeners, ending, self._log)
            if self._output.reasoning == "only" or self._output.reasoning_to:
                from dsk.jobs.missing_reasoning import warn_of_none

                warn_of_none(self._output, self._question.fields, ending, self._world)
            return status
        finally:
            if self._log and self._log.warning:
                warn([self._log.warning], self._world)
                self._take_back()

    def _send(self, made: Preconnection | None) -> None:
        question = self._question
        check_reader(self._printer.descriptor)
        if made and question.before:
            # The first request is another one than the question's own.
            made.close()
        elif made:
            self._way.hasten(*question.sent(question.fields, question.body), made)
        self._printer.prepare()

    def _exchange(self, question: Question, *, keeps_text: bool) -> Exchange:
        from dsk.exchange.loop import Exchange

        return Exchange(
            question._replace(prefix_way=self._server.prefix_way),
            self._transport,
            self._listeners,
            clocks=self._clocks,
            elapsed=self._recorder.elapsed if self._recorder else None,
            policy=self._policy,
            stopper=stopper_of(self._stops),
            is_raw=self._output.format == "raw",
            keeps_text=keeps_text,
            keeps_reasoning=self._output.reasoning == "only",
            say=self._say,
            on_open=self._progress.opened,
            on_arrival=self._progress.arrived,
        )

    def _begin_log(self) -> None:
        """What cannot be printed is in the log all the same: it is told before the printer is."""
        sending = self._sending
        if not sending.log:
            return
        turn = sending.turn() if sending.turn else None
        if self._succession:
            from dsk.jobs.turn_log import TurnLog

            self._log = self._turn_log = TurnLog(self._log_of, self._question, turn)
        else:
            self._log = self._run_log = self._log_of(self._question, turn)
        self._listeners.append(self._log)

    def _log_of(self, question: Question, turn: NewTurn | None) -> RunLog:
        from dsk.jobs.log_writing import log_run

        is_cached = self._cached is not None and self._cached.is_hit_now
        profile = self._server.profile.name
        return log_run(self._sending.command, profile, self._asked, self._world, question, turn, is_cached=is_cached)

    def _recording(self, transport: Transport, endpoint: Endpoint, notes: Sequence[str]) -> Recorder | None:
        record = self._sending.record
        if record is None:
            return None
        from dsk.jobs.recording import Recorder, Tape, head_of

        is_raw = self._output.format == "raw"
        head = head_of(self._question.fields, self._policy, notes, self._asked, self._begun, is_raw=is_raw)
        return Recorder(Tape(record, self._world), transport, head, self._clocks.begun, endpoint.key)

    def _costing(self) -> Costing | None:
        if not self._output.write_out:
            return None
        from dsk.jobs.run_cost import costing

        return costing(self._question.fields.get("model"), self._asked, self._begun, self._world.env)

    def _followed(self, ending: Ending, made_for: Callable[[Question], Exchange]) -> Ending:
        """The ending after all questions that follow from the first."""
        if self._succession:
            from dsk.jobs.turns import Turns

            turns = Turns(
                self._succession,
                made_for,
                clocks=self._clocks,
                printer=self._printer,
                progress=self._progress,
                say=self._say,
                recorder=self._recorder,
                log=self._turn_log,
                cached=self._cached,
            )
            ending = turns.go_on(self._question, ending)
        return ending._replace(is_cached=self._cached.is_hit) if self._cached else ending

    def _judged(self, ending: Ending) -> Ending:
        """The same, a failure if it has not the code or the verdict that was asked for."""
        extract, judge = self._output.extract, self._sending.judge
        if extract:
            from dsk.jobs.extracting import SHOWN_BY_LOG, SHOWN_WITHOUT, with_code, with_command

            is_command = extract.which == "command"
            shown = SHOWN_BY_LOG if self._log else SHOWN_WITHOUT
            ending = with_command(ending) if is_command else with_code(ending, shown)
        return judge(ending) if judge else ending

    def _advise(self, failure: Failure, ending: Ending) -> None:
        """Have a failure say what goes on with the answer, which the log knows by a number."""
        from dsk.jobs.advising import advised, can_resume

        command, has_beta = self._sending.command, bool(self._server.prefix_way)
        run = None
        if self._run_log and can_resume(failure, ending, self._question.fields, has_beta=has_beta):
            run = self._run_log.number()
        self._unadvised = failure, advised(failure, command)
        failure.hint = advised(failure, command, run)

    def _take_back(self) -> None:
        """Promise nothing that needs the log."""
        if self._unadvised:
            failure, hint = self._unadvised
            failure.hint = hint


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
