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
        self._is_held = False
        self._has_come = False
        self._before = signal.getsignal(signal.SIGINT)

    def hold(self) -> None:
        """From here on one is held until ``ready``: what it is to stop has not begun, or is not to be disturbed."""
        self._is_held = True

    def keep(self) -> None:
        """One has come that was no signal."""
        self._has_come = True

    def ready(self) -> None:
        """Something is done now that the next one is to stop, and one that was held stops at once.

        Raises ``KeyboardInterrupt``.
        """
        self._last = 0.0
        self._is_held = False
        if self._has_come:
            self._has_come = False
            self._interrupt(signal.SIGINT, None)

    def forget(self) -> None:
        """Nothing is left that one which was held could stop."""
        self._has_come = self._is_held = False

    def __enter__(self) -> Interrupts:
        if callable(self._before):
            signal.signal(signal.SIGINT, self._interrupt)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        signal.signal(signal.SIGINT, self._before)

    def _interrupt(self, number: int, frame: FrameType | None) -> None:
        if self._is_held:
            self._has_come = True
            return
        now = time.monotonic()
        if now - self._last > PAUSE and callable(self._before):
            self._last = now
            self._before(number, frame)
