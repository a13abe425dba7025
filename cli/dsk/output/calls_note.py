"""A word on the tool calls of an answer that is written as text, which does not show them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from dsk.output.notes import note

if TYPE_CHECKING:
    from dsk.stream.answer import Call
    from dsk.world import World


def note_calls(calls: Sequence[Call], world: World) -> None:
    """Tell which tools were called, each once: ``the model called weather() and time(), which text ...``."""
    *some, last = dict.fromkeys(f"{' '.join(call.name.split())}()" for call in calls)
    listed = f"{', '.join(some)} and {last}" if some else last
    note(f"the model called {listed}, which text does not show: see --json", world)
