"""Signals while a line is edited: told to the editor, and when it has ended to whoever hears them otherwise."""

from __future__ import annotations

import signal
from collections.abc import Callable
from types import FrameType, TracebackType
from typing import Any

HEARD = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


class PromptSignals:
    """Takes signals within ``with``, and gives them back.

    ``asyncio`` would take them as well, but loses those that come once the editor has ended and its loop is torn
    down, and writes to a descriptor that is closed by then. It is left SIGWINCH alone, and leaves no handler of that.

    ``tell`` is called for each that comes, by a handler of signals: it may do no more than wake the editor.
    """

    def __init__(self) -> None:
        self.tell: Callable[[], object] | None = None
        self._come: list[int] = []
        self._handlers: dict[int, Any] = {}
        self._wakeup = -1

    def take(self) -> int | None:
        """The next one that has come; SIGTERM and SIGHUP stay, to end more than the editor."""
        if not self._come:
            return None
        return self._come.pop(0) if self._come[0] == signal.SIGINT else self._come[0]

    def __enter__(self) -> PromptSignals:
        self._wakeup = signal.set_wakeup_fd(-1)
        self._handlers = {number: signal.getsignal(number) for number in (*HEARD, signal.SIGWINCH)}
        for number in HEARD:
            # What the parent has ignored stays so.
            if callable(self._handlers[number]):
                signal.signal(number, self._hear)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for number, handler in self._handlers.items():
            signal.signal(number, handler)
        signal.set_wakeup_fd(self._wakeup, warn_on_full_buffer=False)
        for number in self._come:
            # Where no text is complete, there is nothing that ^C could stop.
            if number != signal.SIGINT or kind is None:
                self._handlers[number](number, None)

    def _hear(self, number: int, _frame: FrameType | None) -> None:
        self._come.append(number)
        if self.tell:
            self.tell()
