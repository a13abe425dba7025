"""Reasoning as it is shown beside the answer: dim on a screen, and a blank line between the two."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from dsk.stream.events import Content, Event, Reasoning

if TYPE_CHECKING:
    from dsk.ending import Ending
    from dsk.output.outlet import Outlet

DIM, PLAIN = "\x1b[2m", "\x1b[0m"


class ReasoningView:
    """Writes the reasoning of choice 0, on lines of its own.

    Each write switches the style on and off again, so that nothing that ends the run leaves the terminal dim.
    """

    def __init__(self, outlet: Outlet, *, is_dim: bool, beside_answer: bool, is_answer_rendered: bool) -> None:
        """``beside_answer``: the answer goes to the same place, and a blank line is to be between them.
        ``is_answer_rendered``: it never ends its last line."""
        self._outlet = outlet
        self._is_dim = is_dim
        self._beside_answer = beside_answer
        self._is_answer_rendered = is_answer_rendered
        self._firewall = outlet.firewall()
        self._is_line_open = False
        # What the answer and the reasoning, one following the other, are still to be parted by.
        self._after_answer = b""
        self._after_reasoning = b""

    def received(self, _data: bytes, events: Sequence[Event]) -> None:
        """Write the reasoning among the events; no ``Reasoning`` may follow a ``Content`` in them."""
        text = "".join([event.text for event in events if isinstance(event, Reasoning) and event.choice == 0])
        answer = "".join([event.text for event in events if isinstance(event, Content) and event.choice == 0])
        if text:
            self._outlet.put(self._after_answer)
            self._after_answer = b""
            if self._beside_answer:
                self._after_reasoning = b"\n"
            self._put(self._firewall.feed(text) if self._firewall else text)
        if answer:
            self._finish()
            self._outlet.put(self._after_reasoning)
            self._after_reasoning = b""
            if self._beside_answer:
                has_ended = answer.endswith("\n") and not self._is_answer_rendered
                self._after_answer = b"\n" if has_ended else b"\n\n"

    def turn(self, _ending: Ending) -> None:
        """Finish the line that is open; an answer has done so too."""
        self._finish()
        self._after_reasoning = b""
        self._after_answer = b"\n" if self._after_answer else b""

    def end(self, _ending: Ending) -> None:
        """Finish the line that is open."""
        self._finish()

    def _finish(self) -> None:
        if self._firewall:
            self._put(self._firewall.close())
        if self._is_line_open:
            self._outlet.put(b"\n")
            self._is_line_open = False

    def _put(self, text: str) -> None:
        if text:
            self._is_line_open = not text.endswith("\n")
            self._outlet.put((f"{DIM}{text}{PLAIN}" if self._is_dim else text).encode())


def in_turns(events: Sequence[Event]) -> Iterator[Sequence[Event]]:
    """The events in runs in which no reasoning follows the answer, so that two descriptors that lead to one
    screen can be written in turn."""
    begin, in_answer = 0, False
    for place, event in enumerate(events):
        if isinstance(event, Reasoning) and in_answer:
            yield events[begin:place]
            begin, in_answer = place, False
        elif isinstance(event, Content):
            in_answer = True
    yield events[begin:]
