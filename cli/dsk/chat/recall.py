"""What was typed before: the file of it, and a word to the user if it cannot be written."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dsk.output.notes import warn
from dsk.output.opening import described
from dsk.state.history import History
from dsk.state.paths import history_file

if TYPE_CHECKING:
    from dsk.world import World


class Recall:
    """The texts that can be had again."""

    def __init__(self, world: World) -> None:
        self._path = history_file(world.env)
        self._file = History(self._path)
        self._world = world
        self._last = ""
        self._is_told = False

    def texts(self) -> list[str]:
        """All of them, the oldest first."""
        found = self._file.texts()
        self._last = found[-1] if found else ""
        return found

    def add(self, text: str) -> None:
        """Keep a text, at once; the same one twice in a row is kept once."""
        if not text.strip() or text == self._last:
            return
        self._last = text
        try:
            self._file.add(text)
        except OSError as error:
            if not self._is_told:
                self._is_told = True
                warn([f"what is typed is not kept: cannot write to {self._path}: {described(error)}"], self._world)
