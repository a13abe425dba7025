"""``dsk replay``: a recorded answer once more, as it came."""

from __future__ import annotations

from functools import partial
from typing import Any

import click

from dsk.commands.command import Command, Job
from dsk.commands.option import Option
from dsk.commands.options.extracting import extract_options
from dsk.commands.options.output import output_options, output_settings
from dsk.commands.options.stopping import stop_options, stops

REPLAY = "Replay"

HELP = """Play a recording of --record: the same output, messages and exit status, with the same timing.

It needs no key and no network. A FILE of plain SSE frames is decoded, as dsk decode does.

\b
    dsk ask --record run.sse "hi"
    dsk replay --speed 2 run.sse
"""


def _replay(**params: Any) -> Job:
    from dsk.jobs.replaying import replay

    return partial(replay, params["file"], params["speed"], output_settings(params), stops(params))


COMMAND = Command(
    "replay",
    _replay,
    [
        click.Argument(["file"]),
        Option(
            ["--speed"],
            group=REPLAY,
            brief="Play N times as fast, 0 at once.",
            type=click.FloatRange(min=0),
            default=1.0,
            metavar="N",
            help="Play N times as fast as it was, with 0 at once.  [default: 1]",
        ),
        *output_options(),
        *extract_options(),
        *stop_options(),
    ],
    HELP,
    uses_defaults=True,
)
