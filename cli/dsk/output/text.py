"""The answer, or the reasoning, as text: the model's own bytes and at most one newline more."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from dsk.errors import Status
from dsk.stream.events import Content, Event, Reasoning

if TYPE_CHECKING:
    from collections.abc import Callable

    from dsk.ending import Ending
    from dsk.output.code import CodeOnly
    from dsk.output.outlet import Outlet


class Text:
    """Writes the pieces of one kind that belong to choice 0; with ``code`` only what that leaves of them."""

    def __init__(
        self, outlet: Outlet, kind: type[Content | Reasoning], *, newline: bool, code: CodeOnly | None = None
    ) -> None:
        self._outlet = outlet
        self._kind = kind
        self._newline = newline
        self._code = code
        self._firewall = outlet.firewall()
        self._last = b""

    def received(self, _data: bytes, events: Sequence[Event]) -> None:
        """Write what the events add to the text."""
        kind = self._kind
        text = "".join([event.text for event in events if isinstance(event, kind) and event.choice == 0])
        self._add(self._code.feed(text) if self._code else text)

    def taker(self, kind: type[Content | Reasoning]) -> Callable[[bytes], None] | None:
        """As ``Listener.taker``."""
        if kind is not self._kind:
            return _ignore
        direct = None if self._code or self._firewall else self._outlet.direct()
        if not direct:
            return None
        write, flush = direct
        retry = self._outlet.retry

        def take(piece: bytes) -> None:
            self._last = piece
            try:
                write(piece)
                flush()
            except OSError:
                retry()

        return take

    def turn(self, ending: Ending) -> None:
        """Finish the line; the next text begins as the first did."""
        self.end(ending)
        self._firewall = self._outlet.firewall()
        self._last = b""
        if self._code:
            self._code.begin_anew()

    def end(self, ending: Ending) -> None:
        """Finish the line, if all of the answer is there or somebody looks at it."""
        if self._code:
            self._add(self._code.close())
        if self._firewall:
            self._put(self._firewall.close())
        is_open = self._last != b"" and not self._last.endswith(b"\n")
        # What is not the JSON that was asked for is a whole answer all the same.
        is_whole = ending.failure is None or ending.failure.status is Status.INVALID
        if self._newline and is_open and (is_whole or self._outlet.is_terminal):
            self._outlet.put(b"\n")

    def _add(self, text: str) -> None:
        self._put(self._firewall.feed(text) if self._firewall else text)

    def _put(self, text: str) -> None:
        if text:
            self._last = text.encode()
            self._outlet.put(self._last)


def _ignore(_piece: bytes) -> None:
    """It is written elsewhere, or nowhere."""
