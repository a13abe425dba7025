"""``dsk send``: a request body from stdin or a file to the server, the answer to stdout."""

from __future__ import annotations

from functools import partial
from typing import Any

import click

from dsk.commands.command import Command, Job
from dsk.commands.option import sources
from dsk.commands.options.caching import cache_options
from dsk.commands.options.extracting import extract_options
from dsk.commands.options.keeping import log_option, record_option
from dsk.commands.options.network import network_options, retry_invalid_option
from dsk.commands.options.output import output_options
from dsk.commands.options.sending import sending
from dsk.commands.options.stopping import stop_options

HELP = """Send a request body and write the answer to stdout as it arrives.

The body is JSON, read from FILE or stdin, and is sent byte for byte as it is.

\b
    dsk ask --dry-run "hi" | dsk send
"""


def _send(**params: Any) -> Job:
    from dsk.jobs.sending import send

    origins = sources(click.get_current_context())
    return partial(send, params["file"], sending("send", params, origins))


COMMAND = Command(
    "send",
    _send,
    [
        click.Argument(["file"], required=False),
        *output_options(),
        *extract_options(),
        *stop_options(),
        log_option(),
        record_option(),
        *network_options(),
        retry_invalid_option(),
        *cache_options(),
    ],
    HELP,
    uses_defaults=True,
)
