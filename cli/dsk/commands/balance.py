"""``dsk balance``: what is left on the account."""

from __future__ import annotations

from functools import partial
from typing import Any

import click

from dsk.commands.command import Command, Job
from dsk.commands.option import sources
from dsk.commands.options.network import LOOK, endpoint_options, network_settings
from dsk.commands.options.output import json_option

HELP = """Show the account's balance: a table on a terminal, fields separated by tabs in a pipe.

The exit status is 4 if the balance does not suffice for a request.

\b
    dsk balance && dsk ask "Tell me a story"
"""


def _balance(**params: Any) -> Job:
    from dsk.jobs.listing import show_balance

    origins = sources(click.get_current_context())
    return partial(show_balance, network_settings(params, origins), params["as_json"])


COMMAND = Command(
    "balance",
    _balance,
    [json_option("Print the server's answer as JSON.", brief="The server's answer as JSON."), *endpoint_options(LOOK)],
    HELP,
    uses_defaults=True,
)
