"""The jobs of ``dsk log prune``, ``export`` and ``path``: the log as a whole."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from dsk.errors import Status, UsageFault
from dsk.jobs.log.fields import fields
from dsk.output.json_text import json_line
from dsk.output.notes import note
from dsk.output.plain import write_line
from dsk.output.sinks import write_out_all
from dsk.state.log.reader import body_of, each
from dsk.state.log.reading import PATIENCE, changing, reading
from dsk.state.paths import log_file
from dsk.world import STDERR, STDIN, STDOUT

if TYPE_CHECKING:
    from dsk.world import World


def print_log_path(world: World) -> Status:
    """Print where the log is, whether there is one or not."""
    write_line(log_file(world.env), world)
    return Status.OK


def export_runs(since: float, world: World) -> Status:
    """Print every run begun ``since`` then as a JSON line."""
    is_terminal = world.is_terminal(STDOUT)
    with reading(log_file(world.env)) as log:
        for run in each(log, since=since):
            write_out_all(STDOUT, json_line(fields(run, body_of(log, run.id)), is_terminal=is_terminal))
    return Status.OK


def prune_runs(before: float | None, keep: int, sure: bool, world: World) -> Status:
    """Remove the runs begun ``before`` then (None: at any time) but for the last ``keep``; say how many.

    Raises ``UsageFault`` if that must be confirmed and cannot be.
    """
    from dsk.state.log.pruning import chosen, prune
    from dsk.state.log.sharing import patience

    path = log_file(world.env)
    with changing(path) as log:
        numbers = chosen(log, before=before, keep=keep)
        if numbers and not sure and not _agrees(f"remove {_runs(len(numbers))} for good?", world):
            note("nothing is removed", world)
            return Status.OK
        if numbers:
            prune(log, path, numbers, patience(PATIENCE))
    note(f"removed {_runs(len(numbers))}", world)
    return Status.OK


def _agrees(question: str, world: World) -> bool:
    if not (world.is_terminal(STDIN) and world.is_terminal(STDERR)):
        raise UsageFault(
            "--all removes everything", "there is no terminal to ask on", hint="--yes says that it is meant"
        )
    write_out_all(STDERR, f"dsk: {question} [y/N] ".encode())
    return os.read(STDIN, 100).strip().lower() in (b"y", b"yes")


def _runs(count: int) -> str:
    return "one run" if count == 1 else f"{count} runs"
