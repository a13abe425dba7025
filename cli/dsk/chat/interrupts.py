"""^C in a conversation: it stops what is done, and one that follows at once does not disturb the stopping."""

from __future__ import annotations

import signal
import time
from types import FrameType, TracebackType

#: Seconds in which one more says the same as the first.
PAUSE = 1.0


class Interrupts:
    """Hands a SIGINT on to whoever had it, within ``with``. One that is ignored by the parent's wish stays so."""

    def __init__(self) -> None:
        self._last = 0.0
        self._before = signal.getsignal(signal.SIGINT)

    def ready(self) -> None:
        """Something new begins, which the next one is to stop."""
        self._last = 0.0

    def __enter__(self) -> Interrupts:
        if callable(self._before):
            signal.signal(signal.SIGINT, self._interrupt)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        signal.signal(signal.SIGINT, self._before)

    def _interrupt(self, number: int, frame: FrameType | None) -> None:
        now = time.monotonic()
        if now - self._last > PAUSE and callable(self._before):
            self._last = now
            self._before(number, frame)
