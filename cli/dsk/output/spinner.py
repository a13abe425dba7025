"""What a terminal shows while nothing is to be seen yet, on one line that vanishes.

It says what is waited for, how much of it has come, and for how many seconds.
"""

from __future__ import annotations

import os
import select
import threading
import time
from typing import TYPE_CHECKING, Literal, TypeAlias

from dsk.world import STDERR, nothing

if TYPE_CHECKING:
    from dsk.world import World

State: TypeAlias = Literal["connecting", "queued", "receiving", "thinking", "waiting", "waiting for the first token"]

ERASE = b"\r\x1b[K"
FRAMES = "⠋⠙⠹⠸⠼⠴⠦⠧⠇⠏"
# Seconds. What is there sooner needs no spinner.
PATIENCE, PACE = 0.4, 0.1


class Spinner:
    """Turns in a thread of its own until it is stopped."""

    def __init__(self, world: World, begun: float, *, is_dim: bool) -> None:
        """``begun`` is the time it counts from, in seconds of ``time.monotonic``."""
        self.state: State = "connecting"
        #: How much has come of what is being received.
        self.characters = 0
        self._world = world
        self._begun = begun
        self._is_dim = is_dim
        self._is_shown = False
        self._shows_from = 0.0
        self._is_over = threading.Event()
        # A signal's handler may want it while its own thread has it.
        self._lock = threading.RLock()
        world.clear_line = self.clear
        threading.Thread(target=self._turn, name="spinner", daemon=True).start()

    def begin_anew(self, state: State) -> None:
        """From now on this is waited for, and the seconds count from here."""
        with self._lock:
            self.state, self.characters, self._begun = state, 0, time.monotonic()

    def rest(self) -> None:
        """Make room for a piece of the answer; what comes after it is counted anew, and shown in a while."""
        with self._lock:
            self.characters = 0
            self._shows_from = time.monotonic() + PATIENCE
            self.clear()

    def stop(self) -> None:
        """Leave a clean line behind; nothing is shown any more."""
        self._is_over.set()
        self._world.clear_line = nothing
        self.clear()

    def clear(self) -> None:
        """Make room for a message; it is shown again below that."""
        with self._lock:
            if self._is_shown:
                self._is_shown = False
                _write(ERASE)

    def _turn(self) -> None:
        wait, turn = PATIENCE, 0
        while not self._is_over.wait(wait):
            wait = PACE
            with self._lock:
                # Where a line is open, as while a large request is on its way, that is to be seen.
                if self._may_show() and _is_watched():
                    self._is_shown = True
                    _write(ERASE + self._line(turn).encode())
            turn += 1

    def _may_show(self) -> bool:
        is_in_the_way = self._is_over.is_set() or self._world.is_mid_line
        return not is_in_the_way and time.monotonic() >= self._shows_from

    def _line(self, turn: int) -> str:
        count = f" ({self.characters} character{'s' * (self.characters != 1)})" if self.state == "receiving" else ""
        text = f"{FRAMES[turn % len(FRAMES)]} {self.state}{count} {time.monotonic() - self._begun:.0f} s"
        return f"\x1b[2m{text}\x1b[0m" if self._is_dim else text


def _is_watched() -> bool:
    """Whether the terminal takes something, and this process has it: a job in the background is to be silent."""
    poll = select.poll()
    poll.register(STDERR, select.POLLOUT)
    if not any(event & select.POLLOUT for _, event in poll.poll(0)):
        return False
    try:
        return os.tcgetpgrp(STDERR) == os.getpgrp()
    except OSError:
        # It is not the terminal that jobs are controlled from.
        return True


def _write(data: bytes) -> None:
    try:
        os.write(STDERR, data)
    except OSError:
        # It is only shown while somebody looks.
        return
