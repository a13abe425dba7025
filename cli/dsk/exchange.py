"""One question from its body to its ending: the only loop that meets wire, stream and output."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from dsk.ending import Ending, Timing
from dsk.errors import Failure, InterruptFault, InvalidFault, ReaderGone, Status, Terminated, TerminateFault
from dsk.output.reader import ReaderWatch
from dsk.stream.answer import Answer
from dsk.stream.decoder import Decoder
from dsk.stream.events import Content, Event, Reasoning, Refusal, ToolCall
from dsk.wire.sockets import Line
from dsk.world import STDOUT

if TYPE_CHECKING:
    from dsk.output.printer import Printer
    from dsk.wire.clocks import Clocks
    from dsk.wire.transport import Reply

TOKENS = frozenset((Content, Reasoning, Refusal, ToolCall))


class Exchange:
    """What has come of one question so far."""

    def __init__(self, printer: Printer, clocks: Clocks, *, whole: bool, wants_json: bool) -> None:
        """``whole`` reads to the end of the body, past ``[DONE]``, as a dump of the frames must."""
        self._printer = printer
        self._clocks = clocks
        self._whole = whole
        self._wants_json = wants_json
        self._decoder = Decoder()
        self._first_token: float | None = None
        self._http_status: int | None = None
        self.answer = Answer()

    def run(self, open_reply: Callable[[Line], Reply]) -> Ending:
        """Ask, print what comes as it comes, and say how it ended. Failures are in the ending, not raised."""
        failure: Failure | None
        line = Line()
        with ReaderWatch(STDOUT, line.cut) as reader:
            try:
                self._stream(open_reply, line)
                failure = self.answer.verdict() or self._check_json()
            except KeyboardInterrupt:
                failure = InterruptFault("interrupted", "the answer so far is kept" if self._has_text() else "")
            except Terminated:
                failure = TerminateFault("terminated", "the answer so far is kept" if self._has_text() else "")
            except Failure as fault:
                # A cut connection is what we ourselves did when the reader went away.
                failure = ReaderGone("stdout is closed") if reader.is_gone else self._server_first(fault)
            else:
                if reader.is_gone:
                    failure = ReaderGone("stdout is closed")
        total = time.monotonic() - self._clocks.begun
        status = self._http_status or (failure.http_status if failure else None)
        return Ending(self.answer, failure, Timing(self._first_token, total), status)

    def _stream(self, open_reply: Callable[[Line], Reply], line: Line) -> None:
        with open_reply(line) as reply:
            self._http_status = reply.status
            while data := self._read(reply):
                self._take(data, self._decoder.feed(data))
                if (self.answer.done or self.answer.trouble) and not self._whole:
                    return
            self._take(b"", self._decoder.close())

    def _read(self, reply: Reply) -> bytes:
        try:
            return reply.read()
        except Failure as fault:
            if fault.status is Status.BROKEN and self.answer.done:
                # All was said: how the connection ends is of no matter.
                return b""
            self._take(b"", self._decoder.close())
            raise

    def _take(self, data: bytes, events: Sequence[Event]) -> None:
        for event in events:
            self.answer.add(event)
            if self._first_token is None and type(event) in TOKENS:
                self._first_token = time.monotonic() - self._clocks.begun
                self._clocks.token_seen = True
        self._printer.received(data, events)

    def _server_first(self, fault: Failure) -> Failure:
        """The error that the stream itself told of, if the connection was lost after it."""
        if fault.status is Status.BROKEN and self.answer.trouble:
            return self.answer.verdict() or fault
        return fault

    def _check_json(self) -> Failure | None:
        return json_fault(self.answer.content) if self._wants_json and self.answer.complete else None

    def _has_text(self) -> bool:
        return bool(self.answer.content)


def json_fault(text: str) -> InvalidFault | None:
    """The failure of a JSON-mode answer that is not JSON; None if it is."""
    import json

    try:
        json.loads(text)
    except (ValueError, RecursionError) as error:
        return InvalidFault(
            "the answer is not JSON", str(error), hint='say "JSON" in the prompt, with an example; run it again'
        )
    return None


def conclude(printer: Printer, ending: Ending) -> Status:
    """Print the end and give the status; raises the ending's failure, or else that of the printing."""
    try:
        printer.end(ending)
    except Failure as fault:
        raise ending.failure or fault from fault
    if ending.failure:
        raise ending.failure
    return Status.OK
