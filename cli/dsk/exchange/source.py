"""What the exchange asks of those it works with: where bytes come from, and who is told of them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Protocol, TypeAlias

if TYPE_CHECKING:
    from dsk.ending import Ending
    from dsk.errors import Failure
    from dsk.stream.events import Content, Event, Reasoning

#: Takes one more piece of a text, as UTF-8. Raises what ``Listener.received`` raises.
Taker: TypeAlias = Callable[[bytes], object]


class Source(Protocol):
    """The bytes of one stream."""

    @property
    def trace(self) -> str:
        """The server's name for its answer, once it is open; "" if it sent none."""

    def open(self) -> int | None:
        """Begin; the HTTP status where there is one. Raises a ``Failure`` if no stream is to be had."""

    @property
    def read(self) -> Callable[[], bytes]:
        """What gives, once it is open, the bytes that have arrived, waiting for at least one; b"" at the end. Raises a
        ``Failure``."""

    def cut(self) -> None:
        """End a read that is under way in another thread, and all later ones."""

    def close(self) -> None:
        """Let go of everything."""


class Transport(Protocol):
    """Makes the streams of a question: one, or more if it is asked again."""

    #: What a second of waiting lasts, in seconds: 1, but for a recording that is played faster.
    pace: float

    def begin(self, path: str, body: bytes) -> Source:
        """A stream that is still to be opened, for a JSON body at a path under the base URL."""

    def delay(self, attempt: int, failure: Failure) -> float:
        """Seconds to wait before the next attempt; ``attempt`` counts those that failed, from 1."""


class Listener(Protocol):
    """One who is told what has arrived."""

    def received(self, data: bytes, events: Sequence[Event]) -> None:
        """These bytes have arrived, and this is what they say. Raises a ``Failure`` to end the run."""

    def end(self, ending: Ending) -> None:
        """Nothing more arrives. Called once. Raises a ``Failure`` if something could not be kept or written."""


class QuickListener(Listener, Protocol):
    """A listener to whom a mere token can be told in few words."""

    def taker(self, kind: type[Content | Reasoning]) -> Taker | None:
        """What is to be called in the place of ``received`` where nothing but one more piece of this kind has come, of
        choice 0, and pieces of it have come before; None if ``received`` must be called. It holds until ``received``
        is called."""
