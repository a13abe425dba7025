"""Reasoning that was to be written, and of which none came."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from dsk.jobs.thinking import is_asked_for
from dsk.output.notes import warn

if TYPE_CHECKING:
    from dsk.ending import Ending
    from dsk.output.settings import OutputSettings
    from dsk.world import World


def warn_of_none(output: OutputSettings, fields: Mapping[str, Any], ending: Ending, world: World) -> None:
    """Tell that there is none, where it was wanted, and what to do. ``fields`` are those of the body, empty where that
    is not known.

    What goes elsewhere, beside the answer, may be wanted only if there is some: it is told where none was asked for.
    """
    if any(answer.has_reasoning for answer in ending.answers):
        return
    is_only = output.reasoning == "only" and output.format == "text"
    thinks = is_asked_for(fields)
    if is_only or (output.reasoning_to is not None and fields and not thinks):
        name = "--reasoning only" if is_only else f"--reasoning-to {output.reasoning_to}"
        advice = "the model gave none" if thinks or not fields else "dsk ask --think asks for it"
        warn([f"no reasoning came for {name}: {advice}"], world)
