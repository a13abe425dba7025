"""The exchange: attempts at one question until it has its answer, or may not be asked again.

Before anything has come, what is likely to pass is tried again. Once text has come, a stream that breaks is taken
up where it broke off, so that stdout is one unbroken answer.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from dsk.ending import Ending, Timing
from dsk.errors import (
    BrokenFault,
    Failure,
    InterruptFault,
    InvalidFault,
    ReaderGone,
    Status,
    Terminated,
    without_secrets,
)
from dsk.exchange.leaving import Leaving
from dsk.exchange.policy import Policy
from dsk.exchange.prospects import Prospects
from dsk.exchange.question import Question
from dsk.exchange.reading import read_to_end
from dsk.exchange.reception import Reception
from dsk.output.reader import ReaderWatch
from dsk.request.body import encode
from dsk.request.prefix import gone_on_with, text_of_prefix, thought_of_prefix
from dsk.stream.answer import Answer, Given
from dsk.stream.events import Content, Event, Resume

if TYPE_CHECKING:
    from dsk.exchange.demands import Demands
    from dsk.exchange.source import Listener, Source, Transport
    from dsk.stream.stopping import Stopper
    from dsk.wire.clocks import Clocks


ONCE = Policy()
# How a server lets an answer down: whoever runs it will want to know which.
SERVERS = (Status.BROKEN, Status.CLOCK)
# Of a server that does not know how to go on with an answer, or has no such path.
REFUSALS = (Status.REFUSED, Status.FAILED)


class Exchange:
    """One question, and what has come of it so far."""

    def __init__(
        self,
        question: Question,
        transport: Transport,
        listeners: Sequence[Listener],
        *,
        clocks: Clocks | None = None,
        elapsed: Callable[[], float] | None = None,
        policy: Policy = ONCE,
        stopper: Stopper | None = None,
        is_raw: bool = False,
        keeps_text: bool = True,
        keeps_reasoning: bool = False,
        say: Callable[[str], None] = lambda _text: None,
        on_open: Callable[[], None] = lambda: None,
        on_arrival: Callable[[Sequence[Event]], None] = lambda _events: None,
    ) -> None:
        """``elapsed`` gives the seconds since the run began in the place of the clocks; without either nothing is
        timed. ``is_raw``: the bytes themselves are written, so that they are read to the end of the body, past
        ``[DONE]``, and no second stream may follow the first. Without ``keeps_text`` nobody will ask for the text of
        the answer. ``keeps_reasoning``: the reasoning is what is written. ``say`` tells the user something;
        ``on_open`` is called whenever a server has begun to answer, ``on_arrival`` is that of ``Reception``."""
        self.answer = Answer(keeps_text=keeps_text)
        self.answer.given = Given(text_of_prefix(question.fields), thought_of_prefix(question.fields))
        self._question = question
        self._demands = question.demands(policy, is_raw=is_raw, clocks=clocks)
        self._transport = transport
        self._listeners = listeners
        self._clocks = clocks
        self._elapsed_by = elapsed
        self._policy = policy
        self._prospects = Prospects(
            self.answer, policy, question.fields, is_raw=is_raw, keeps_reasoning=keeps_reasoning
        )
        self._stopper = stopper
        self._is_raw = is_raw
        self._say = say
        self._on_open = on_open
        self._on_arrival = on_arrival
        self._gone = Leaving()
        self._source: Source | None = None
        self._is_open = False
        self._broken_by: Failure | None = None
        # Tokens of the stream that is or was under way, as far as the server has told no counts of it.
        self._uncounted = 0
        self._first_token: float | None = None
        self._http_status: int | None = None
        self._broken_trace = ""

    def run(self, descriptor: int) -> Ending:
        """Ask, tell the listeners what comes as it comes, and say how it ended.

        ``descriptor`` is the answer's: its reader is watched. Failures are in the ending, not raised.
        """
        failure: Failure | None
        with ReaderWatch(descriptor, self.cut) as reader:
            try:
                failure = self._ask()
            except KeyboardInterrupt:
                failure = InterruptFault("interrupted")
            except Terminated as signal:
                failure = signal.fault
            except Failure as fault:
                failure = fault
            failure = self._flush() or failure
            # A cut connection is what we ourselves did when the reader went away.
            if failure and reader.is_gone:
                failure = ReaderGone("stdout is closed")
        if failure and failure.status in SERVERS and not failure.trace:
            failure.trace = self._broken_trace if failure is self._broken_by else self._trace()
        status = self._http_status or (failure.http_status if failure else None)
        return Ending(self.answer, failure, Timing(self._first_token, self._elapsed()), status)

    def _ask(self) -> Failure | None:
        if self._question.before:
            self._take_in(self._question.before)
        path, body, prefix = self._request()
        while True:
            failure = self._attempt(path, body, prefix)
            if failure is None or self._gone.is_set:
                return failure
            if self._prospects.may_retry(failure, is_open=self._is_open):
                if not self._retry(failure) or self._gone.is_set:
                    return self._broken_by or failure
            elif self._demands and self._demands.may_ask_again(failure):
                self._ask_again(failure, self._demands)
                path, body, prefix = self._request()
            elif self._is_open and self._prospects.may_take_up(failure):
                self._take_up(failure)
                path, body, prefix = self._request()
            else:
                return self._last_word(failure)

    def _request(self) -> tuple[str, bytes, str]:
        """Path and body of the next request, and what the server is given of the answer in it."""
        fields, body = self._question.fields, self._question.body
        if self.answer.has_content:
            fields = gone_on_with(fields, self.answer.content, self.answer.reasoning, self._prospects.spent)
            body = encode(fields)
        return *self._question.sent(fields, body), text_of_prefix(fields)

    def _take_in(self, before: Sequence[Event]) -> None:
        """Begin with what another run has left."""
        self._broken_by = BrokenFault("the answer is still broken off", "the log has it up to here", hint="try again")
        for event in before:
            self._tell(event)

    def _attempt(self, path: str, body: bytes, prefix: str) -> Failure | None:
        """One stream; the failure that ended it, None if the answer is whole. ``prefix`` is what the server was given
        of the answer: by us, to go on with, or in the request itself, when it may still say what it will."""
        self._is_open = False
        if self._clocks:
            self._clocks.begin_attempt(time.monotonic())
        reception = self._reception(prefix)
        source = self._source = self._transport.begin(path, body)
        if self._gone.is_set:
            # The reader went before there was a source to cut.
            source.cut()
        counts_before = self.answer.usage
        try:
            failure = read_to_end(
                source,
                reception,
                self.answer,
                self._prospects,
                clocks=self._clocks,
                is_raw=self._is_raw,
                on_open=self._opened,
            )
        except InvalidFault as fault:
            return fault
        finally:
            source.close()
            self._prospects.spent += reception.tokens
            self._uncounted = reception.tokens if self.answer.usage is counts_before else 0
        if reception.is_stopped:
            self.answer.stopped = True
            return None
        if failure is None:
            failure = self.answer.verdict()
            if failure is None:
                reception.end()
        return failure or (self._demands.verdict(self.answer) if self._demands else None)

    def _reception(self, prefix: str) -> Reception:
        splice = None
        if prefix:
            from dsk.stream.splice import Splice

            splice = Splice(prefix, is_begun=self.answer.has_content)
        return Reception(
            self.answer,
            self._listeners,
            stopper=self._stopper,
            shaping=self._demands.shaping() if self._demands else None,
            splice=splice,
            on_first_token=self._note_first_token,
            on_arrival=self._on_arrival,
        )

    def _opened(self, status: int | None) -> None:
        self._is_open = True
        self._on_open()
        self._http_status = status

    def _trace(self) -> str:
        """What the server calls the answer that came last."""
        return without_secrets(self._source.trace) if self._source else ""

    def _flush(self) -> Failure | None:
        """Tell what was held back in case the text was to end early."""
        text = self._stopper.close() if self._stopper else ""
        try:
            if text:
                self._tell(Content(text, 0))
        except Failure as fault:
            return fault
        return None

    def _tell(self, event: Event) -> None:
        self.answer.add(event)
        for listener in self._listeners:
            listener.received(b"", [event])

    def _retry(self, failure: Failure) -> bool:
        """Wait for the next attempt; False if the time for all of them is over."""
        wait = self._transport.delay(self._prospects.failures + 1, failure)
        limits = {
            "--retry-max-time": self._policy.retry_max_time,
            "--max-time": self._clocks.max_time if self._clocks else None,
        }
        for name, limit in limits.items():
            if limit is not None and (self._elapsed() or 0.0) + wait > limit:
                self._say(f"giving up: the next attempt would be after {name} {limit:g} s")
                return False
        self._prospects.failures += 1
        self._say(
            f"{failure.message}; trying again in {wait:.1f} s ({self._prospects.failures} of {self._policy.retry})"
        )
        self._pause(wait)
        return True

    def _last_word(self, failure: Failure) -> Failure:
        """The failure to end with: that of an answer that broke, not that of the attempt to take it up again."""
        if self._broken_by is None or self._is_open:
            return failure
        self._say(f"it cannot be taken up again: {failure.message}")
        self._broken_by.is_final = failure.status in REFUSALS
        return self._broken_by

    def _ask_again(self, failure: Failure, demands: Demands) -> None:
        """Ask for another answer than this one, which is not what was asked for."""
        self._question, said = demands.ask_again(failure, self.answer.content)
        self._say(said)
        self._prospects.failures = 0
        self._tell(Resume(0, failure.message))

    def _take_up(self, failure: Failure) -> None:
        at = len(self.answer.content)
        said, fruitless = self._prospects.take_up(failure, at)
        self._say(said)
        if fruitless:
            self._pause(self._transport.delay(fruitless, failure))
        self._broken_by, self._broken_trace = failure, self._trace()
        self._tell(Resume(at, failure.message, self._uncounted))

    def _pause(self, seconds: float) -> None:
        self._gone.wait(seconds * self._transport.pace)

    def cut(self) -> None:
        """Give the question up, from another thread: the reader has gone, say."""
        self._gone.set()
        if self._source:
            self._source.cut()

    def _note_first_token(self) -> None:
        if self._clocks:
            self._clocks.token_came()
        if self._first_token is None:
            self._first_token = self._elapsed()

    def _elapsed(self) -> float | None:
        if self._elapsed_by:
            return self._elapsed_by()
        return time.monotonic() - self._clocks.begun if self._clocks else None
