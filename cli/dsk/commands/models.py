"""``dsk models``: the models that the server offers."""

from __future__ import annotations

from functools import partial
from typing import Any

import click

from dsk.commands.command import Command, Job
from dsk.commands.option import sources
from dsk.commands.options.network import LOOK, endpoint_options, network_settings
from dsk.commands.options.output import json_option

HELP = """List the models that the server offers: a table on a terminal, one name a line in a pipe.

\b
    dsk models | fzf
"""


def _models(**params: Any) -> Job:
    from dsk.jobs.listing import list_models

    origins = sources(click.get_current_context())
    return partial(list_models, network_settings(params, origins), params["as_json"])


COMMAND = Command(
    "models",
    _models,
    [json_option("Print the server's answer as JSON.", brief="The server's answer as JSON."), *endpoint_options(LOOK)],
    HELP,
    uses_defaults=True,
)
