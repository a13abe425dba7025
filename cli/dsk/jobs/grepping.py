"""The job of ``dsk grep``: the lines of files that a description fits, decided many at a time."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from functools import partial
from typing import TYPE_CHECKING, Any

from dsk.errors import LocalFault, ReaderGone, Status, UsageFault
from dsk.grep.deciding import Decider, Decision
from dsk.grep.lines import Line, Unit, read_lines
from dsk.grep.selecting import HOPELESS, Selecting, Selector
from dsk.jobs.judging import Asking, Settled, settle
from dsk.jobs.many import reached, way_of
from dsk.judging.asking import TOPS, grep_system
from dsk.map.appending import Appender
from dsk.map.crew import Crew
from dsk.map.level import Level
from dsk.map.lines import Lines
from dsk.map.tally import Tally
from dsk.output.notes import note, tell_failure, warn
from dsk.output.opening import CLOSED_HINT, is_writable
from dsk.output.reader import ReaderWatch
from dsk.prompt.text import argument
from dsk.records import NamedTuple
from dsk.world import STDIN, STDOUT

if TYPE_CHECKING:
    from dsk.errors import Failure
    from dsk.map.record import Record
    from dsk.world import World

BODY_HINT = "dsk grep --dry-run shows what is sent"


class GrepSettings(NamedTuple):
    """What ``grep`` was told. ``files`` are those of the input, ``-`` being stdin."""

    description: str
    files: tuple[str, ...]
    asking: Asking
    selecting: Selecting
    unit: Unit
    jobs: int
    dry_run: bool


def grep(settings: GrepSettings, world: World) -> Status:
    """OK if some line was selected, 1 if none was; what went wrong has another status."""
    settled = settle(settings.asking, world)
    description = argument(settings.description, "the description")
    if not description.strip():
        raise UsageFault("the description is blank", hint='dsk grep "errors that need a human" FILE')
    _check_files(settings.files, world)
    system = {"role": "system", "content": grep_system(description, settings.unit)}
    body_of = partial(_body_of, settled, system)
    warn(settled.warnings, world)
    warn(settled.body([system], None).warnings, world)
    if settings.dry_run:
        return _show(settings, body_of, world)
    if settings.selecting.shows != "nothing" and not is_writable(STDOUT):
        raise LocalFault("cannot write to stdout", "it is closed", hint=CLOSED_HINT)
    with ExitStack() as stack:
        endpoint = reached(settled.server, settings.asking.network, stack, world)
        way = way_of(endpoint._replace(body_hint=BODY_HINT), settled.server, settings.asking.network, settings.jobs)
        say = partial(note, world=world)
        tally = Tally()
        decider = Decider(body_of, way, Level(settings.jobs, say), tally, say)
        return _Run(settings, decider, tally, world).run()


def _check_files(files: Sequence[str], world: World) -> None:
    if files.count("-") > 1:
        raise UsageFault("stdin is named more than once", "it can be read only once", hint="leave one - out")
    if "-" in files and world.is_terminal(STDIN):
        raise UsageFault("there is no input", "stdin is a terminal", hint="pipe lines in, or name a file")


def _body_of(settled: Settled, system: dict[str, Any], record: Record, top: int | None) -> dict[str, Any]:
    if record.trouble:
        raise UsageFault(record.trouble, hint=record.hint)
    return settled.body([system, {"role": "user", "content": record.text}], top).fields


def _show(settings: GrepSettings, body_of: Any, world: World) -> Status:
    from dsk.jobs.map.showing import show_bodies

    unread: list[Failure] = []

    def records() -> Iterator[Record]:
        for line in read_lines(settings.files, settings.unit, lambda _file: False):
            if line.fault:
                unread.append(line.fault)
                tell_failure(line.fault, world)
            elif not line.is_blank:
                yield line.record

    status = show_bodies(records(), lambda record: body_of(record, TOPS[0]), world)
    return Status(world.trouble) if unread or status is not Status.OK else Status.OK


class _Run:
    def __init__(self, settings: GrepSettings, decider: Decider, tally: Tally, world: World) -> None:
        self._world = world
        self._decider = decider
        self._tally = tally
        self._wish = settings.selecting
        self._selector = Selector(
            settings.selecting, settings.files, Appender(STDOUT, "stdout"), partial(note, world=world), self._enough
        )
        self._lines: Lines[Decision] = Lines(
            self._selector,
            lambda decision: decision.size,
            # Any one will do where nothing is written.
            in_order=settings.selecting.shows != "nothing",
        )
        self._crew: Crew[Line, Decision, Decision] = Crew(
            read_lines(settings.files, settings.unit, self._selector.is_done),
            decider.decide,
            self._lines,
            lambda decision: decision,
            _reason,
            settings.jobs,
        )

    def run(self) -> Status:
        crew, selector = self._crew, self._selector
        self._world.progress = self._progress
        # Who writes nothing has no reader.
        watched = STDOUT if self._wish.shows != "nothing" else -1
        with ReaderWatch(watched, lambda: crew.fail(ReaderGone("stdout is closed"))):
            crew.run(self._decider.stop)
            selector.finish()
        if self._wish.shows == "nothing" and selector.selected:
            return Status.OK
        if selector.failed:
            return self._tell_failed()
        if selector.has_unread:
            return Status(self._world.trouble)
        return Status.OK if selector.selected else Status.FAILED

    def _enough(self) -> None:
        self._crew.end()

    def _progress(self) -> str:
        selector = self._selector
        return f"{selector.decided} decided, {selector.selected} selected, {self._tally.under_way} in flight"

    def _tell_failed(self) -> Status:
        failed = self._selector.failed
        count = failed.total()
        note(f"{count} of {self._selector.decided + count} could not be decided", self._world)
        if self._selector.hint:
            note(f"hint: {self._selector.hint}", self._world)
        (status, *others) = failed
        is_mixed = bool(others) or self._selector.has_unread
        return Status(self._world.trouble) if is_mixed or status is Status.FAILED else status


def _reason(decision: Decision) -> str | None:
    failure = decision.failure
    return failure.message if failure and failure.status in HOPELESS else None
