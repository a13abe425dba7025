"""Lines to the user on stderr: notes, warnings and failures."""

from __future__ import annotations

import os
from collections.abc import Iterable
from typing import TYPE_CHECKING

from dsk.errors import without_secrets
from dsk.world import STDERR

if TYPE_CHECKING:
    from dsk.errors import Failure
    from dsk.world import World


def tell(text: str, world: World) -> None:
    """Write a line to stderr; if that fails there is no better place to say so.

    What a server said may be part of it, so a terminal is shown no control characters.
    """
    text = without_secrets(text)
    if world.is_terminal(STDERR):
        from dsk.output.escapes import clean_line

        text = "\n".join(clean_line(line) for line in text.split("\n"))
    world.clear_line()
    if world.is_mid_line:
        world.is_mid_line = False
        text = "\n" + text
    world.messages += 1
    try:
        os.write(STDERR, text.encode("utf-8", "replace") + b"\n")
    except OSError:
        return


def note(text: str, world: World) -> None:
    """Tell something worth knowing."""
    tell(f"dsk: {text}", world)


def warn(warnings: Iterable[str], world: World) -> None:
    """Tell warnings, a line each."""
    for warning in warnings:
        tell(f"dsk: warning: {warning}", world)


def tell_failure(failure: Failure, world: World) -> None:
    """Tell a failure: what and why, then the next step."""
    tell(f"dsk: {failure.message}", world)
    if failure.hint:
        tell(f"dsk: hint: {failure.hint}", world)
