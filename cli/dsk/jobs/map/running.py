"""``dsk map`` at work: everything opened, a crew that works, and what is told of it at the end."""

from __future__ import annotations

import itertools
import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from typing import TYPE_CHECKING

from dsk.errors import Failure, IncompleteFault, KeyFault, LocalFault, ReaderGone, Status, Terminated
from dsk.jobs.exchanging import OFFLINE
from dsk.jobs.many import reached, way_of
from dsk.map.appending import Appender
from dsk.map.asker import Asker
from dsk.map.choosing import Choice, count_of
from dsk.map.crew import Crew
from dsk.map.held import Held
from dsk.map.journal import Journal
from dsk.map.level import Level
from dsk.map.limits import allow_files
from dsk.map.lines import Lines
from dsk.map.outcome import line_of
from dsk.map.output_file import OutputFile, Resuming, open_output
from dsk.map.reading import count_records
from dsk.map.replacing import NotReplaced
from dsk.map.showing import Showing
from dsk.map.tally import Tally, end_line, progress_line, status_table
from dsk.output.notes import note, tell, warn
from dsk.output.opening import CLOSED_HINT, is_writable
from dsk.output.reader import ReaderWatch
from dsk.world import STDERR, STDOUT

if TYPE_CHECKING:
    from dsk.jobs.map.mapping import MapSettings
    from dsk.jobs.settling import Server
    from dsk.map.bodies import Bodies
    from dsk.map.outcome import Outcome
    from dsk.map.record import Record
    from dsk.wire.endpoint import Endpoint
    from dsk.world import World

#: Failures that are told one by one.
TOLD = 10
BODY_HINT = "dsk map --dry-run shows what is sent"


def run(settings: MapSettings, server: Server, bodies: Bodies, records: Iterator[Record], world: World) -> Status:
    """Ask the records. Raises ``IncompleteFault`` unless all are complete."""
    template = bodies.digest
    with ExitStack() as stack:
        if settings.cache:
            from dsk.jobs.map.caching import reached_later

            endpoint, no_key = reached_later(server, settings.network, stack, world)
        else:
            endpoint, no_key = reached(server, settings.network, stack, world), None
        resuming = Resuming(template, settings.retry_failed, settings.force) if settings.resume else None
        output = _opened(settings, resuming)
        warn(output.notes, world)
        work = _Work(settings, server, bodies, endpoint, template, output, world, no_key)
        return work.run(records)


def _opened(settings: MapSettings, resuming: Resuming | None) -> OutputFile:
    if settings.output is None:
        if not is_writable(STDOUT):
            raise LocalFault("cannot write to stdout", "it is closed", hint=CLOSED_HINT)
        return OutputFile(Appender(STDOUT, "stdout"), Held(), None, [])
    return open_output(settings.output, resuming)


class _Work:
    def __init__(
        self,
        settings: MapSettings,
        server: Server,
        bodies: Bodies,
        endpoint: Endpoint,
        template: str,
        output: OutputFile,
        world: World,
        no_key: KeyFault | None,
    ) -> None:
        self._settings = settings
        self._world = world
        # Counts whole, whichever threads do it.
        self._told = itertools.count(1)
        self._hints: set[str] = set()
        self._unasked = 0
        self._lock = threading.Lock()
        self._output = output
        self._start = output.size
        self._held = output.held
        self._tally = Tally(output.held.total, output.held.failed)
        descriptor = output.appender.descriptor
        is_terminal = world.is_terminal(descriptor)
        shows = settings.progress != 0
        self._showing = Showing(
            self._tally,
            world,
            # Lines that run down the same terminal are progress enough.
            has_bar=shows and world.is_terminal(STDERR) and not is_terminal and world.env.get("TERM") != "dumb",
            every=settings.progress,
        )
        way = way_of(endpoint._replace(body_hint=BODY_HINT), server, settings.network, settings.jobs)
        if settings.cache:
            from dsk.jobs.map.caching import looker

            asked = OFFLINE if settings.network.offline else server.base_url
            way = way._replace(look=looker(settings.cache, asked, no_key, world, self._showing.say))
            allow_files(2 * settings.jobs)
        journal = Journal(output.journal) if output.journal and settings.in_order else None
        self._descriptor = descriptor
        self._lines = Lines(output.appender, len, in_order=settings.in_order, journal=journal)
        level = Level(settings.jobs, self._showing.say)
        self._asker = Asker(bodies.of, template, way, level, self._tally)
        self._render = _renderer(settings.text, settings.answered, is_terminal=is_terminal)

    def run(self, records: Iterator[Record]) -> Status:
        settings, world = self._settings, self._world
        crew = Crew(self._due(records), self._asker.ask, self._lines, self._render, self._ended, settings.jobs)
        world.progress = self._showing.line
        try:
            with ReaderWatch(self._descriptor, lambda: crew.fail(ReaderGone("stdout is closed"))), self._showing:
                self._begin_counting()
                crew.run(self._asker.stop)
        except (KeyboardInterrupt, Terminated):
            self._tell_interrupted()
            raise
        return self._conclude(crew)

    def _due(self, records: Iterator[Record]) -> Iterator[Record]:
        """Those that the file has no answer of yet."""
        for record in records:
            if self._held.total and self._held.take(record.digest, record.number):
                self._tally.skipped += 1
            else:
                yield record

    def _ended(self, outcome: Outcome) -> str | None:
        failure = outcome.ending.failure
        if failure:
            told = next(self._told)
            if told <= TOLD:
                self._showing.say(f"record {outcome.record.name} ({outcome.record.place}): {failure.message}")
            self._advise(outcome, failure)
            if told == TOLD:
                self._showing.say("further failures are told by their lines only")
        return self._settings.halting.reason(self._tally)

    def _advise(self, outcome: Outcome, failure: Failure) -> None:
        """Say once what to do about records that cannot be asked as they are."""
        if outcome.attempts or failure.status != Status.USAGE:
            return
        with self._lock:
            self._unasked += 1
            is_new = bool(failure.hint) and len(self._hints) < TOLD and failure.hint not in self._hints
            self._hints |= {failure.hint}
        if is_new:
            self._showing.say(f"hint: {failure.hint}")

    def _begin_counting(self) -> None:
        """Find out how many records there are, if anybody will see it."""
        settings = self._settings
        if settings.progress or self._showing.has_bar:
            count = (self._tally, settings)
            threading.Thread(target=_count, args=count, name="count", daemon=True).start()

    def _tell_interrupted(self) -> None:
        tally = self._tally
        given_up = tally.under_way
        done = f"{tally.ended} records done, {given_up} in flight given up"
        hint = "; the same command with --resume goes on" if self._settings.output and not self._settings.text else ""
        note(done + hint, self._world)

    def _conclude(self, crew: Crew[Record, Outcome, bytes]) -> Status:
        settings, tally, held = self._settings, self._tally, self._held
        if settings.in_order and crew.is_through and held.is_displaced:
            self._put_in_order()
        if settings.progress:
            note(progress_line(tally), self._world)
        elif settings.output and settings.progress is None and self._world.is_terminal(STDERR):
            note(end_line(tally, settings.output), self._world)
        if crew.is_through and held.taken < held.total and settings.choice == Choice():
            text = f"{held.total - held.taken} lines of {settings.output} answer records that are not in the input"
            warn([text], self._world)
        for row in status_table(tally):
            tell(f"dsk: {row}", self._world)
        if crew.input_fault:
            raise crew.input_fault
        failed = tally.failed + held.failed
        if not failed and not crew.halted:
            return Status.OK
        what = f"{failed} of {tally.ended + held.total} records are not complete"
        why = (
            f"halted: {crew.halted}"
            if crew.halted
            else f"{held.failed} of them in an earlier run"
            if held.failed
            else ""
        )
        raise IncompleteFault(what, why, hint=self._advice(failed, is_halted=bool(crew.halted)))

    def _put_in_order(self) -> None:
        try:
            self._output.put_in_order(self._start)
        except NotReplaced as fault:
            whole = f"{self._settings.output} is whole but not in the order of the input"
            warn([f"{whole}: {fault.why}: {fault.hint}"], self._world)

    def _advice(self, failed: int, *, is_halted: bool) -> str:
        if failed and failed == self._unasked and not is_halted:
            return "what cannot be asked stays so: see to the input or the prompt; --dry-run tells what is wrong"
        if not self._settings.output or self._settings.text is not None:
            return "with -o FILE, --resume goes on and --retry-failed asks them again"
        return "--retry-failed asks them again" if failed else "--resume goes on"


def _renderer(text: str | None, answered: tuple[str, ...], *, is_terminal: bool) -> Callable[[Outcome], bytes]:
    if text is None:
        return lambda outcome: line_of(outcome, is_terminal=is_terminal)
    from dsk.map.texts import TextLines

    lines = TextLines(text, answered)
    if not is_terminal:
        return lines.line_of
    from dsk.output.escapes import firewall

    return lambda outcome: firewall("show").feed(lines.line_of(outcome).decode()).encode()


def _count(tally: Tally, settings: MapSettings) -> None:
    try:
        total = count_records(settings.files, settings.kind)
    except Failure:
        # Whoever reads them will tell.
        return
    if total is not None:
        tally.total = count_of(total, settings.choice)
