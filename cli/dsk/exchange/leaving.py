"""Whether the reader has gone, known at once in a wait of another thread."""

from __future__ import annotations

import threading


class Leaving:
    """Set once, from any thread. A plain lock, because a signal that is raised inside ``threading.Event.wait`` may
    find its lock half released."""

    def __init__(self) -> None:
        self.is_set = False
        self._lock = threading.Lock()
        self._lock.acquire()

    def set(self) -> None:
        """The reader has gone. Called once."""
        self.is_set = True
        self._lock.release()

    def wait(self, seconds: float) -> None:
        """Wait so long, or until it has gone."""
        if self._lock.acquire(timeout=seconds):
            self._lock.release()
