"""How far a run is, shown while it works: a bar on a terminal, a line every so often, or nothing."""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Callable
from types import TracebackType
from typing import TYPE_CHECKING

from dsk.exchange.leaving import Leaving
from dsk.map.tally import progress_line
from dsk.output.notes import note

if TYPE_CHECKING:
    from dsk.map.tally import Tally
    from dsk.world import World

#: Seconds between two looks at the bar.
REFRESH = 0.1
#: Seconds that the end of a run waits for the last look.
PATIENCE = 1.0


class Showing:
    """Shows progress from a thread of its own between ``with`` and its end.

    ``every``: seconds between two lines, None for none; ``has_bar`` has a bar instead.
    """

    def __init__(self, tally: Tally, world: World, *, has_bar: bool, every: float | None) -> None:
        self._tally = tally
        self._world = world
        #: Whether there is a bar.
        self.has_bar = has_bar
        self._every = every
        self._notes: deque[str] = deque()
        self._over = Leaving()
        self._thread: threading.Thread | None = None

    def __enter__(self) -> Showing:
        show: Callable[[], None] | None = self._show_bar if self.has_bar else self._tell if self._every else None
        if show:
            self._thread = threading.Thread(target=show, name="progress", daemon=True)
            self._thread.start()
        return self

    def __exit__(self, *_exc: type[BaseException] | BaseException | TracebackType | None) -> None:
        self._over.set()
        if self._thread:
            self._thread.join(PATIENCE)
        while self._notes:
            note(self._notes.popleft(), self._world)

    def say(self, text: str) -> None:
        """Tell something, above the bar where there is one; from any thread."""
        if self.has_bar:
            self._notes.append(text)
        else:
            note(text, self._world)

    def line(self) -> str:
        """How far it is, for whoever asks."""
        return progress_line(self._tally)

    def _tell(self) -> None:
        while not self._over.is_set:
            self._over.wait(self._every or REFRESH)
            if not self._over.is_set:
                note(self.line(), self._world)

    def _show_bar(self) -> None:
        from dsk.map.bar import Bar

        bar = Bar(self._tally, self._world)
        # What else is written there begins a line of its own.
        self._world.is_mid_line = True
        try:
            while not self._over.is_set:
                self._over.wait(REFRESH)
                while self._notes:
                    bar.say(f"dsk: {self._notes.popleft()}")
                bar.refresh()
        finally:
            bar.close()
            self._world.is_mid_line = False
