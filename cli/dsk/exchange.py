"""One question from its body to its ending: the only loop that meets wire, stream and output.

Bytes come from a ``Source``: a request under way, or files that are decoded. The loop is the same for both, so
that a stream means the same whichever way it came.
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from typing import TYPE_CHECKING, Protocol

from dsk.ending import Ending, Timing
from dsk.errors import (
    Failure,
    InterruptFault,
    InvalidFault,
    ReaderGone,
    Status,
    Terminated,
    TerminateFault,
)
from dsk.output.reader import ReaderWatch
from dsk.stream.answer import Answer
from dsk.stream.decoder import Decoder
from dsk.stream.events import Content, Event, Reasoning, Refusal, ToolCall, Trouble

if TYPE_CHECKING:
    from dsk.output.printer import Printer
    from dsk.wire.clocks import Clocks

TOKENS = frozenset((Content, Reasoning, Refusal, ToolCall))


class Source(Protocol):
    """Where the bytes of a stream come from."""

    def open(self) -> int | None:
        """Begin; the HTTP status where there is one. Raises a ``Failure`` if no stream is to be had."""

    def read(self) -> bytes:
        """The bytes that have arrived, waiting for at least one; b"" at the end. Raises a ``Failure``."""

    def cut(self) -> None:
        """End a read that is under way in another thread, and all later ones."""

    def close(self) -> None:
        """Let go of everything."""


class Exchange:
    """What has come of one question so far."""

    def __init__(self, printer: Printer, clocks: Clocks | None, *, whole: bool, wants_json: bool) -> None:
        """``whole`` reads to the end of the body, past ``[DONE]``, as a dump of the frames must. Without clocks
        nothing is timed."""
        self._printer = printer
        self._clocks = clocks
        self._whole = whole
        self._wants_json = wants_json
        self._decoder = Decoder()
        self._first_token: float | None = None
        self._http_status: int | None = None
        self.answer = Answer()

    def run(self, source: Source) -> Ending:
        """Ask, print what comes as it comes, and say how it ended. Failures are in the ending, not raised."""
        failure: Failure | None
        with ReaderWatch(self._printer.descriptor, source.cut) as reader:
            try:
                self._stream(source)
                failure = self.answer.verdict() or self._check_json()
            except KeyboardInterrupt:
                failure = InterruptFault("interrupted")
            except Terminated:
                failure = TerminateFault("terminated")
            except Failure as fault:
                failure = self._server_first(fault)
            # A cut connection is what we ourselves did when the reader went away.
            if failure and reader.is_gone:
                failure = ReaderGone("stdout is closed")
        status = self._http_status or (failure.http_status if failure else None)
        return Ending(self.answer, failure, Timing(self._first_token, self._elapsed()), status)

    def _stream(self, source: Source) -> None:
        try:
            self._http_status = source.open()
            while data := self._read(source):
                self._take(data, self._decoder.feed(data))
                if (self.answer.done or self.answer.trouble) and not self._whole:
                    return
            self._take(b"", self._decoder.close())
        finally:
            source.close()

    def _read(self, source: Source) -> bytes:
        try:
            return source.read()
        except Failure:
            if self.answer.done:
                # All was said: how the connection ends is of no matter.
                return b""
            self._take(b"", self._decoder.close())
            raise

    def _take(self, data: bytes, events: Sequence[Event]) -> None:
        for event in events:
            self.answer.add(event)
            if self._first_token is None and type(event) in TOKENS and self._clocks:
                self._first_token = self._elapsed()
                self._clocks.token_seen = True
        self._printer.received(data, events)

    def _elapsed(self) -> float | None:
        return time.monotonic() - self._clocks.begun if self._clocks else None

    def _server_first(self, fault: Failure) -> Failure:
        """The error that the stream itself told of, if the connection was lost after it."""
        if fault.status is Status.BROKEN and isinstance(self.answer.break_off, Trouble):
            return self.answer.verdict() or fault
        return fault

    def _check_json(self) -> Failure | None:
        return json_fault(self.answer.content) if self._wants_json else None


def json_fault(text: str) -> InvalidFault | None:
    """The failure of a JSON-mode answer that is not JSON; None if it is."""
    import json

    try:
        json.loads(text)
    except (ValueError, RecursionError) as error:
        return InvalidFault(
            "the answer is not JSON",
            str(error),
            hint='say "JSON" in the prompt, with an example; run it again',
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
