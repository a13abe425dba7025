"""How far a run is: on a terminal while the server keeps it waiting, and in one line whenever somebody asks."""

from __future__ import annotations

import os
import time
from collections.abc import Sequence
from typing import TYPE_CHECKING

from dsk.stream.events import Comment, Content, Event, Reasoning, Resume, ToolCall
from dsk.world import STDERR

if TYPE_CHECKING:
    from dsk.ending import Ending
    from dsk.world import World

ERASE = b"\r\x1b[K"


class Progress:
    """Listens to a run. Where stderr is a terminal it shows there that the server has put the request in a queue."""

    def __init__(self, world: World, begun: float) -> None:
        """``begun`` is when the run began, in seconds of ``time.monotonic``."""
        self._begun = begun
        self._shows_queue = world.is_terminal(STDERR) and world.env.get("TERM") != "dumb"
        self._is_shown = False
        self._phase = "waiting"
        self._pieces = 0
        self._characters = 0
        self._first_piece: float | None = None

    def received(self, _data: bytes, events: Sequence[Event]) -> None:
        """Take note; a sign of life before the first token is shown, and vanishes with it."""
        for event in events:
            if isinstance(event, (Content, Reasoning, ToolCall)):
                self._count(event)
            elif isinstance(event, Resume):
                self._phase = "resuming"
            elif isinstance(event, Comment) and not self._pieces and self._shows_queue:
                self._show(f"dsk: queued {time.monotonic() - self._begun:.0f} s")

    def end(self, _ending: Ending) -> None:
        """Leave a clean line behind."""
        self._erase()

    def line(self) -> str:
        """How far it is: what it does, how much has come, how long it took."""
        elapsed = time.monotonic() - self._begun
        if self._first_piece is None:
            return f"{self._phase}: nothing has come yet, {elapsed:.1f} s"
        rate = self._pieces / max(time.monotonic() - self._first_piece, 0.001)
        counts = f"{self._characters} characters in {self._pieces} pieces"
        return f"{self._phase}: {counts}, {elapsed:.1f} s, {rate:.1f} pieces/s"

    def _count(self, event: Content | Reasoning | ToolCall) -> None:
        if self._first_piece is None:
            self._first_piece = time.monotonic()
            self._erase()
        self._pieces += 1
        if isinstance(event, Content):
            self._phase = "answering"
            self._characters += len(event.text)
        else:
            self._phase = "reasoning" if isinstance(event, Reasoning) else "calling tools"

    def _show(self, text: str) -> None:
        self._is_shown = True
        _write(ERASE + text.encode())

    def _erase(self) -> None:
        if self._is_shown:
            self._is_shown = False
            _write(ERASE)


def _write(data: bytes) -> None:
    try:
        os.write(STDERR, data)
    except OSError:
        # It is only shown while somebody looks.
        return
