"""The progress bar, drawn by rich: one line at the bottom, with what is told above it."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

from rich.console import Console
from rich.progress import BarColumn, Progress, ProgressColumn, TextColumn
from rich.text import Text

from dsk.errors import without_secrets
from dsk.map.tally import clock, seconds_left
from dsk.output.escapes import clean_line
from dsk.world import STDERR

if TYPE_CHECKING:
    from dsk.map.tally import Tally
    from dsk.world import World


class Bar:
    """Shows a tally on stderr, a terminal. All calls are one thread's."""

    def __init__(self, tally: Tally, world: World) -> None:
        self._tally = tally
        console = Console(file=sys.stderr, force_terminal=True, no_color=not world.has_color(STDERR))
        columns: list[str | ProgressColumn] = [BarColumn(bar_width=None), TextColumn("{task.description}")]
        self._progress = Progress(*columns, console=console, auto_refresh=False, transient=True, expand=True)
        self._task = self._progress.add_task("", total=None)
        self._update()
        self._progress.start()

    def refresh(self) -> None:
        """Draw it as it is now."""
        self._update()
        self._progress.refresh()

    def _update(self) -> None:
        tally = self._tally
        done = tally.ended + tally.skipped
        self._progress.update(self._task, completed=done, total=tally.total, description=_words(tally))

    def say(self, line: str) -> None:
        """Print a line above the bar."""
        self._progress.console.print(Text(clean_line(without_secrets(line))), soft_wrap=True)

    def close(self) -> None:
        """Remove the bar."""
        self._progress.stop()


def _words(tally: Tally) -> str:
    done = tally.ended + tally.skipped
    left = seconds_left(tally)
    parts = [f"{done}/{tally.total}" if tally.total is not None else f"{done}", f"{tally.under_way} in flight"]
    parts += [f"{tally.failed} failed"] if tally.failed else []
    parts += [f"{tally.rate():.0f} tok/s"]
    parts += [f"ETA {clock(left)}"] if left is not None else []
    return "  ".join(parts)
