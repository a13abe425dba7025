"""What is kept of a run: its entry in the log, and a recording."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from dsk.commands.option import Option
from dsk.commands.options.output import OUTPUT
from dsk.errors import UsageFault

if TYPE_CHECKING:
    from dsk.output.settings import OutputSettings


def log_option() -> click.Parameter:
    """``--no-log``."""
    return Option(
        ["--log/--no-log", " /-n"],
        group=OUTPUT,
        default=True,
        help="Keep the question and the answer in the log.  [default: log]",
    )


def record_option() -> click.Parameter:
    """Where what comes from the server is kept."""
    return Option(
        ["--record"],
        group=OUTPUT,
        metavar="FILE",
        help="Record what comes from the server, and when, for dsk replay.",
    )


def own_file(record: str | None, output: OutputSettings) -> str | None:
    """The file of a recording. Raises ``UsageFault`` if something else is written to it."""
    if record is None:
        return None
    if record == "-":
        raise UsageFault(
            "--record -",
            "a recording goes to a file, stdout has the answer",
            hint="name a file: --record run.sse; --raw writes the frames to stdout",
        )
    from dsk.output.opening import place_of

    for name in ("output", "reasoning_to", "events_to", "usage_to"):
        other = getattr(output, name)
        if other is not None and place_of(other) == place_of(record):
            option = f"--{name.replace('_', '-')}"
            raise UsageFault(f"--record {record}", f"{option} writes to the same file", hint="name another file")
    return record
