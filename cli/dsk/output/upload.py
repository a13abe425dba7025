"""How far a large request is on its way to the server, on a terminal's stderr."""

from __future__ import annotations

import os
import time
from typing import TYPE_CHECKING

from dsk.output.spinner import ERASE
from dsk.world import STDERR

if TYPE_CHECKING:
    from dsk.world import World

# Seconds: before the first line, and between two.
PATIENCE = 0.3
MB = 1_000_000


class Upload:
    """Is told of each piece that is sent, and shows it from time to time, unless the terminal is dumb."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._is_dumb = world.env.get("TERM") == "dumb"
        self._shown_at = time.monotonic()
        self._is_shown = False

    def sent(self, count: int, total: int) -> None:
        """So many bytes of a request have been sent by now, of so many. May be called from any thread."""
        if count >= total:
            if self._is_shown:
                self._show(b"")
        elif not self._is_dumb and time.monotonic() - self._shown_at >= PATIENCE:
            self._show(f"dsk: sent {count / MB:.1f} of {total / MB:.1f} MB".encode())

    def _show(self, line: bytes) -> None:
        self._shown_at = time.monotonic()
        # A failure in the midst of it gets a line of its own.
        self._is_shown = self._world.is_mid_line = line != b""
        try:
            os.write(STDERR, ERASE + line)
        except OSError:
            # It is only shown while somebody looks.
            return
