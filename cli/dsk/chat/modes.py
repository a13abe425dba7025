"""The modes of the terminal that a conversation is held at: whether what is typed is shown, and made lines of."""

from __future__ import annotations

import os
import signal
import termios
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from types import FrameType, TracebackType
from typing import Any

#: Where a terminal's attributes have the flags of what is typed, and its special characters.
LOCAL_FLAGS, CHARACTERS = 3, 6


class Modes:
    """The modes within ``with``; after it they are as they were.

    What is typed while nobody reads is kept for the next prompt, and does not appear in the midst of an answer. Where
    the prompt ``reads_keys``, it is kept as it was typed, all the time: no line is made of it, and ^D is a key like
    any other. ^C is a signal in any case.
    """

    def __init__(self, descriptor: int, *, reads_keys: bool) -> None:
        self._descriptor = descriptor
        self._reads_keys = reads_keys
        self._shown: list[Any] = []
        self._hidden: list[Any] = []

    @contextmanager
    def quiet(self) -> Iterator[None]:
        """Do not show what is typed meanwhile, also after the program was stopped for a while."""
        self._set(self._hidden)
        handlers = {signal.SIGTSTP: self._stop, signal.SIGCONT: self._go_on}
        # Who is to ignore ^Z goes on doing so.
        own = {number: how for number, how in handlers.items() if signal.getsignal(number) is signal.SIG_DFL}
        for number, how in own.items():
            signal.signal(number, how)
        try:
            yield
        finally:
            for number in own:
                signal.signal(number, signal.SIG_DFL)
            self._rest()

    @contextmanager
    def shown(self) -> Iterator[None]:
        """Leave the terminal meanwhile to somebody who expects lines, and to see what is typed."""
        self._set(self._shown)
        try:
            yield
        finally:
            self._rest()

    def __enter__(self) -> Modes:
        # A terminal that has gone shows nothing anyway.
        with suppress(termios.error):
            self._shown = termios.tcgetattr(self._descriptor)
            self._hidden = [*self._shown[:CHARACTERS], list(self._shown[CHARACTERS])]
            # Nor does ^C take it away.
            self._hidden[LOCAL_FLAGS] = self._shown[LOCAL_FLAGS] & ~termios.ECHO | termios.NOFLSH
            if self._reads_keys:
                self._hidden[LOCAL_FLAGS] &= ~termios.ICANON
                self._hidden[CHARACTERS][termios.VMIN] = 1
                self._hidden[CHARACTERS][termios.VTIME] = 0
        self._rest()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._set(self._shown)

    def _stop(self, number: int, _frame: FrameType | None) -> None:
        """Stand still until somebody says to go on; not every shell sees to the terminal by itself."""
        self._set(self._shown)
        signal.signal(number, signal.SIG_DFL)
        signal.raise_signal(number)
        signal.signal(number, self._stop)

    def _go_on(self, _number: int, _frame: FrameType | None) -> None:
        # In the background it would stop the program again.
        with suppress(OSError):
            if os.tcgetpgrp(self._descriptor) == os.getpgrp():
                self._set(self._hidden)

    def _rest(self) -> None:
        self._set(self._hidden if self._reads_keys else self._shown)

    def _set(self, attributes: list[Any]) -> None:
        with suppress(termios.error):
            if attributes:
                termios.tcsetattr(self._descriptor, termios.TCSADRAIN, attributes)
