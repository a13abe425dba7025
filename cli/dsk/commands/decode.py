"""``dsk decode``: SSE frames in, the answer out."""

from __future__ import annotations

from functools import partial
from typing import Any

import click

from dsk.commands.command import Command, Job
from dsk.commands.options.extracting import extract_options
from dsk.commands.options.output import OUTPUT, output_options, output_settings
from dsk.commands.options.request import schema_option
from dsk.commands.options.stopping import stop_options, stops

HELP = """Decode SSE frames from FILE or stdin and write the answer to stdout as it arrives.

\b
    dsk ask --raw "hi" | tee run.sse | dsk decode
"""


def _decode(**params: Any) -> Job:
    from dsk.jobs.decoding import decode

    return partial(decode, params["file"], output_settings(params), stops(params), params["schema"])


def _schema_option() -> click.Parameter:
    option = schema_option(OUTPUT)
    option.help = "The schema that the answer was asked for by, as in dsk ask."
    return option


COMMAND = Command(
    "decode",
    _decode,
    [click.Argument(["file"], nargs=-1), *output_options(), *extract_options(), *stop_options(), _schema_option()],
    HELP,
    uses_defaults=True,
)
