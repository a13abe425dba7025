"""Everything a run writes while a stream arrives and at its end: the settings become parts and descriptors.

Whatever arrived in one read leaves in one write a descriptor. Knows the shape of events and of an ending, and
nothing of how they came about.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from dsk.errors import Failure, Status
from dsk.output.outlet import Outlet
from dsk.output.sinks import Sinks
from dsk.output.text import Text
from dsk.stream.events import Content, Event, Reasoning
from dsk.world import STDERR

if TYPE_CHECKING:
    from collections.abc import Callable

    from dsk.ending import Ending
    from dsk.output.block_files import BlockFiles
    from dsk.output.extraction import Extraction
    from dsk.output.held import Held
    from dsk.output.markdown.part import Markdown
    from dsk.output.part import LastPart, Part
    from dsk.output.settings import OutputSettings
    from dsk.output.sink import Sink
    from dsk.output.write_out import Costing
    from dsk.world import World

HTTP_OK = 200
ENDED_BY_SIGNAL = (Status.HUNG_UP, Status.INTERRUPTED, Status.TERMINATED)


def open_printer(settings: OutputSettings, world: World, cost: Costing | None = None) -> Printer:
    """Open everything that will be written to. ``cost`` estimates what the run cost, where there is something to be
    paid.

    Raises ``UsageFault`` for a descriptor that is not open and ``LocalFault`` for a file or stdout that cannot be
    written to. Waits for a reader where a path is a FIFO.
    """
    return Printer(settings, world, cost)


class Printer:
    """The output of one run. ``descriptor`` is where the answer goes."""

    def __init__(self, settings: OutputSettings, world: World, cost: Costing | None) -> None:
        self._settings = settings
        self._cost = cost
        self._world = world
        self._sinks = Sinks(world)
        self._parts: list[Part] = []
        self._last_parts: list[LastPart] = []
        self._held: Held | None = None
        if settings.holds:
            from dsk.output.held import Held

            self._held = Held()
        self._files: BlockFiles | None = None
        self._markdown: Markdown | None = None
        #: Whether reasoning is shown on stderr.
        self.shows_reasoning = False
        try:
            answer = self._outlet(self._sinks.open_answer(settings.output))
            self.descriptor = answer.descriptor
            self._is_rendered = self._renders(answer)
            self._takes_turns = self._add_reasoning(answer)
            self._parts.append(self._main(answer))
            self._add_events(answer)
            self._add_last_parts()
        except Failure:
            self._sinks.close()
            if self._files:
                self._files.close()
            raise

    def prepare(self) -> None:
        """An answer is on its way: load what it takes to write it, in the background."""
        if self._markdown:
            self._markdown.prepare()

    def received(self, data: bytes, events: Sequence[Event]) -> None:
        """Write what has arrived: the bytes, and the events in them.

        Raises ``ReaderGone`` if nobody reads the answer any more, and ``LocalFault`` if it cannot be written.
        """
        if self._held:
            events = self._held.take(events)
        if data or events:
            self._sinks.begin()
        if self._takes_turns:
            from dsk.output.reasoning import in_turns

            for turn in in_turns(events):
                self._write(data, turn)
                data = b""
        else:
            self._write(data, events)
        if self._sinks.answer_fault:
            raise self._sinks.answer_fault

    def taker(self, kind: type[Content | Reasoning]) -> Callable[[bytes], None] | None:
        """As ``Listener.taker``: where nothing but text is written."""
        (part, *others) = self._parts
        return part.taker(kind) if isinstance(part, Text) and not (others or self._held) else None

    def turn(self, ending: Ending) -> None:
        """An answer has ended, and another one of the same run may follow. Raises as ``received``."""
        self._sinks.begin()
        for part in self._parts:
            part.turn(ending)
        self.received(b"", ())

    def end(self, ending: Ending) -> None:
        """Finish everything and close the files.

        Raises ``ReaderGone`` or ``LocalFault`` if the answer could not be written to its end, and ``LocalFault`` for
        another output that could not, unless the run has failed anyway: then it is a warning.
        """
        if self._held and ending.failure is None:
            pieces, self._held = self._held.pieces, None
            self.received(b"", pieces)
        if ending.failure and ending.failure.status in ENDED_BY_SIGNAL:
            self._sinks.hurry()
        is_object = self._settings.format in ("json", "jsonl")
        if ending.http_status == HTTP_OK or ending.failure is None or is_object:
            self._sinks.begin()
        for part in (*self._parts, *self._last_parts):
            part.end(ending)
            self._sinks.flush()
        if self._settings.format == "text" and ending.failure is None and ending.answer.tool_calls:
            from dsk.output.calls_note import note_calls

            note_calls(ending.answer.tool_calls, self._world)
        self._sinks.close()
        fault, side_fault = self._sinks.answer_fault, self._sinks.side_fault
        if self._files:
            side_fault = side_fault or self._files.fault
        if side_fault and (fault or ending.failure):
            from dsk.output.notes import warn

            warn([side_fault.message], self._world)
            side_fault = None
        if fault and fault is not ending.failure:
            raise fault
        if side_fault:
            raise side_fault

    def _write(self, data: bytes, events: Sequence[Event]) -> None:
        for part in self._parts:
            part.received(data, events)
        self._sinks.flush()

    def _outlet(self, sink: Sink) -> Outlet:
        is_terminal = self._world.is_terminal(sink.descriptor)
        return Outlet(self._sinks, sink, is_terminal=is_terminal, escapes=self._settings.escapes)

    def _stderr(self) -> list[Outlet]:
        """Stderr, if it is open."""
        sink = self._sinks.stderr()
        return [self._outlet(sink)] if sink else []

    def _side(self, value: str, option: str) -> Outlet:
        return self._outlet(self._sinks.open_side(value, option))

    def _main(self, answer: Outlet) -> Part:
        settings = self._settings
        match settings.format:
            case "raw":
                from dsk.output.raw import raw

                return raw(answer)
            case "json":
                from dsk.output.json_object import JsonObject

                return JsonObject(answer)
            case "jsonl":
                from dsk.output.json_lines import JsonLines

                return JsonLines(answer)
            case "text" if settings.extract:
                return self._code(answer, settings.extract)
            case "text" if settings.edit:
                from dsk.output.edit import EditPart

                return EditPart(answer, settings.edit)
            case "text":
                return self._text(answer)

    def _renders(self, answer: Outlet) -> bool:
        """Whether the answer is shown as rendered Markdown."""
        settings = self._settings
        if settings.format != "text" or settings.extract or settings.markdown == "never":
            return False
        if settings.markdown == "auto":
            is_watched = answer.is_terminal and self._world.env.get("TERM") != "dumb"
            return is_watched and settings.escapes != "raw"
        if settings.escapes == "raw":
            from dsk.output.checking import markdown_fault

            raise markdown_fault()
        return True

    def _text(self, answer: Outlet) -> Part:
        settings, world = self._settings, self._world
        kind = Reasoning if settings.reasoning == "only" else Content
        if not self._is_rendered:
            return Text(answer, kind, newline=settings.newline)
        from dsk.output.markdown.part import Markdown

        is_styled = world.has_color(answer.descriptor, settings.color)
        self._markdown = Markdown(
            answer,
            world,
            kind,
            newline=settings.newline,
            is_styled=is_styled,
            beside_reasoning=self._takes_turns,
        )
        return self._markdown

    def _code(self, answer: Outlet, extraction: Extraction) -> Part:
        if extraction.into is not None:
            from dsk.output.block_files import BlockFiles

            self._files = BlockFiles(extraction.into, extraction, self._world)
            return self._files
        if extraction.which == "command":
            from dsk.output.proposal import Proposal

            return Proposal(answer)
        from dsk.output.code import CodeOnly

        return Text(answer, Content, newline=self._settings.newline, code=CodeOnly(extraction.which, extraction.begun))

    def _add_reasoning(self, answer: Outlet) -> bool:
        """Write reasoning where it is wanted; whether it stands beside the answer there."""
        settings = self._settings
        is_beside = False
        is_terminal = self._world.is_terminal(STDERR)
        by_itself = is_terminal and settings.format == "text" and settings.reasoning_to is None
        if settings.reasoning == "show" or (settings.reasoning == "auto" and by_itself):
            self.shows_reasoning = True
            is_dim = self._world.has_color(STDERR, settings.color)
            for outlet in self._stderr():
                is_beside = self._is_beside(outlet, answer)
                self._add_view(outlet, is_dim=is_dim, is_beside=is_beside)
        if settings.reasoning_to is not None:
            outlet = self._side(settings.reasoning_to, "--reasoning-to")
            if self._is_beside(outlet, answer):
                is_beside = True
                self._add_view(outlet, is_dim=False, is_beside=True)
            else:
                self._parts.append(Text(outlet, Reasoning, newline=settings.newline))
        return is_beside

    def _add_view(self, outlet: Outlet, *, is_dim: bool, is_beside: bool) -> None:
        from dsk.output.reasoning import ReasoningView

        self._parts.append(
            ReasoningView(outlet, is_dim=is_dim, beside_answer=is_beside, is_answer_rendered=self._is_rendered)
        )

    def _is_beside(self, outlet: Outlet, answer: Outlet) -> bool:
        """Whether what is written there would run into the text of the answer."""
        return self._settings.format == "text" and outlet.is_beside(answer, self._world)

    def _add_events(self, answer: Outlet) -> None:
        place, format_ = self._settings.events_to, self._settings.format
        if place is None:
            return
        from dsk.output.json_lines import JsonLines

        outlet = self._side(place, "--events-to")
        if outlet.is_same(answer) and format_ in ("text", "raw"):
            from dsk.output.checking import events_fault

            raise events_fault(self._settings)
        self._parts.append(JsonLines(outlet))

    def _add_last_parts(self) -> None:
        settings = self._settings
        if settings.usage:
            from dsk.output.usage_line import UsageLine

            self._last_parts.extend(UsageLine(outlet) for outlet in self._stderr())
        if settings.usage_to is not None:
            from dsk.output.usage_line import UsageRecord

            self._last_parts.append(UsageRecord(self._side(settings.usage_to, "--usage-to")))
        if settings.write_out:
            from dsk.output.write_out import WriteOut

            self._last_parts.extend(WriteOut(outlet, settings.write_out, self._cost) for outlet in self._stderr())
