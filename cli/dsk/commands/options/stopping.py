"""Where the text ends early."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import click

from dsk.commands.option import Option
from dsk.commands.options.output import OUTPUT
from dsk.errors import UsageFault

if TYPE_CHECKING:
    import re

    from dsk.jobs.settings import Stops


def stop_options() -> list[click.Parameter]:
    """Where the text ends early."""
    return [
        Option(
            ["--until"],
            group=OUTPUT,
            metavar="REGEX",
            callback=_compile_until,
            help="End the answer after the first match of REGEX, and the connection with it.",
        ),
        Option(
            ["--max-lines"],
            group=OUTPUT,
            metavar="N",
            type=click.IntRange(min=1),
            help="End the answer after N lines, and the connection with it.",
        ),
    ]


def stops(params: Mapping[str, Any]) -> Stops:
    """Where the text ends early, among a command's values."""
    from dsk.jobs.settings import Stops

    if params["format"] == "raw" and (params["until"] or params["max_lines"]):
        name = "--until" if params["until"] else "--max-lines"
        raise UsageFault(f"{name} and --raw", "the frames are written as they are, whole", hint="leave one of them out")
    return Stops(params["until"], params["max_lines"], first_block=params.get("extract") == "first")


def _compile_until(_ctx: click.Context, _param: click.Parameter, value: str | None) -> re.Pattern[str] | None:
    if value is None:
        return None
    from dsk.stream.stopping import compile_until

    return compile_until(value)
