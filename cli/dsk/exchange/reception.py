"""One stream as it is received: bytes to events, events to the answer and to everyone who is told.

A resumed stream is joined to the text so far, and a text that is to end early ends here, before anyone sees it. A mere
token, which is nearly all that comes, goes to ``QuickListener``s in one step each where nothing of that is to be done.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from typing import TYPE_CHECKING

from dsk.errors import BrokenFault
from dsk.stream.decoder import Decoder
from dsk.stream.events import Content, Event, Logprobs, Malformed, Reasoning, Refusal, ToolCall

if TYPE_CHECKING:
    from dsk.exchange.recognising import Recognising
    from dsk.exchange.shaping import Shaping
    from dsk.exchange.source import Listener, Taker
    from dsk.stream.answer import Answer
    from dsk.stream.splice import Splice
    from dsk.stream.stopping import Stopper

#: Tokens that go the quick way in a row before everyone is told in full again: some keep what they are told until then.
MOST_PASSED = 500
TOKENS = frozenset((Content, Reasoning, Refusal, ToolCall))


class Reception:
    """Receives one stream into an answer."""

    def __init__(
        self,
        answer: Answer,
        listeners: Sequence[Listener],
        *,
        stopper: Stopper | None,
        shaping: Shaping | Recognising | None,
        splice: Splice | None,
        on_first_token: Callable[[], None],
        on_arrival: Callable[[Sequence[Event]], None],
    ) -> None:
        """``on_arrival`` is told what has come where its shape is still to be found."""
        self._answer = answer
        self._listeners = listeners
        self._stopper = stopper
        self._shaping = shaping
        self._splice = splice
        self._on_first_token = on_first_token
        self._on_arrival = on_arrival
        self._decoder = Decoder()
        # Where nothing stands between the bytes and the listeners, a mere token goes to them directly.
        self._can_be_quick = not (stopper or shaping)
        self._piece_of: Callable[[bytes], bytes] | None = None
        self._takers: Sequence[Taker] = ()
        self._tokens = 0
        # Those that have gone the quick way since.
        self._passed = 0

    def feed(self, data: bytes) -> bool:
        """Take the bytes that have arrived; whether they were a mere token, of which nothing follows.

        Raises ``BrokenFault`` if they contradict the text so far, ``InvalidFault`` if they are not what the schema asks
        for, and what the listeners raise.
        """
        # What this takes, every token takes.
        if self._piece_of and self._passed < MOST_PASSED and (piece := self._piece_of(data)):
            self._passed += 1
            for take in self._takers:
                take(piece)
            return True
        self._catch_up()
        self._take(data, self._decoder.feed(data))
        if self._can_be_quick:
            self._look_for_common()
        return False

    def close(self, *, is_half: bool) -> None:
        """The body has ended. ``is_half``: it was cut, and will be taken up again, so that halves of a frame or a
        character at its end are dropped, to come whole."""
        self._catch_up()
        events = self._decoder.close()
        if is_half:
            events = [event for event in events if not isinstance(event, Malformed)]
        else:
            events = [*events, *self._decoder.flush()]
        self._take(b"", events)

    def end(self) -> None:
        """The server has said all: what was held back to be compared with the text so far is text after all."""
        if self._splice:
            self._take(b"", [Content(text, 0)] if (text := self._joined(self._splice.close)) else [], joined=True)
        if self._shaping and (text := self._shaping.waiting()):
            if self._answer.tool_calls:
                # It is part of what the model is told that it has said, and of no answer that fits.
                self._answer.add(Content(text, 0))
            else:
                self._tell(b"", self._shaping.take([Content(text, 0)]))

    def _look_for_common(self) -> None:
        """Find out whether a mere token may go the quick way from now on."""
        self._piece_of = None
        common = self._decoder.common
        if not common or common.choice != 0 or not self._tokens or (self._splice and not self._splice.is_over):
            return
        takers: list[Taker] = [self._answer.taker(common.kind)]
        for listener in self._listeners:
            find = getattr(listener, "taker", None)
            taker = find(common.kind) if find else None
            if not taker:
                return
            takers.append(taker)
        self._piece_of, self._takers = common.only_piece, takers

    def _catch_up(self) -> None:
        self._decoder.count(self._passed)
        self._tokens += self._passed
        self._passed = 0

    @property
    def tokens(self) -> int:
        """How many pieces of answer or reasoning have come: about as many as tokens."""
        return self._tokens + self._passed

    @property
    def is_stopped(self) -> bool:
        """Whether the text ended early, as it was meant to."""
        return self._stopper is not None and self._stopper.stopped

    def _take(self, data: bytes, events: Sequence[Event], *, joined: bool = False) -> None:
        if self._splice and not joined:
            events = self._spliced(events, self._splice)
        if self._shaping:
            # What arrives is a token, whatever becomes of it.
            self._count(events)
            self._on_arrival(events)
            events = self._shaping.take(events)
        if self._stopper:
            events = self._shortened(events, self._stopper)
        if not self._shaping:
            self._count(events)
        self._tell(data, events)
        if self._shaping and self._shaping.fault and not self.is_stopped:
            raise self._shaping.fault

    def _count(self, events: Sequence[Event]) -> None:
        for event in events:
            if type(event) in TOKENS:
                if not self._tokens:
                    self._on_first_token()
                self._tokens += 1

    def _tell(self, data: bytes, events: Sequence[Event]) -> None:
        for event in events:
            self._answer.add(event)
        for listener in self._listeners:
            listener.received(data, events)

    def _spliced(self, events: Sequence[Event], splice: Splice) -> list[Event]:
        found: list[Event] = []
        for event in events:
            if not isinstance(event, Content):
                found.append(event)
            elif text := self._joined(partial(splice.feed, event.text)):
                found.append(Content(text, event.choice))
        return found

    def _shortened(self, events: Sequence[Event], stopper: Stopper) -> list[Event]:
        found: list[Event] = []
        was_stopped = stopper.stopped
        for event in events:
            if stopper.stopped:
                # They are those of the token that the text ends with.
                if not was_stopped and isinstance(event, Logprobs):
                    found.append(event)
                break
            if not isinstance(event, Content) or event.choice != 0:
                found.append(event)
            elif text := stopper.feed(event.text):
                found.append(Content(text, 0))
        return found

    def _joined(self, join: Callable[[], str]) -> str:
        from dsk.stream.splice import Contradiction

        try:
            return join()
        except Contradiction as error:
            fault = BrokenFault(
                "the answer cannot be resumed", str(error), hint="run it again; what is there so far is kept"
            )
            fault.is_final = True
            raise fault from error
