"""``dsk check``: is everything there that a question needs?"""

from __future__ import annotations

import os
from functools import partial
from typing import Any

import click

from dsk.commands.command import Command, Job
from dsk.commands.option import Option, sources
from dsk.commands.options.network import LOOK, NETWORK, endpoint_options, network_settings
from dsk.commands.options.output import json_option
from dsk.commands.options.prompt import from_template
from dsk.commands.options.request import model_option, request_settings
from dsk.errors import UsageFault

HELP = """Look at everything that a question needs, and say what is wrong with it and what to do: config, log, key,
proxy, certificates, network, clock, model.

A line for each, with ok, warn or fail in front. The exit status is that of the first failure.

\b
    dsk check
    dsk check -P ollama --ask
"""


def _check(**params: Any) -> Job:
    from dsk.jobs.check.checking import CheckSettings, check

    ctx = click.get_current_context()
    origins = sources(ctx)
    settings = CheckSettings(
        network=network_settings(params, origins),
        request=request_settings(params),
        from_file=frozenset(name for name, origin in origins.items() if origin == "file"),
        from_environment=frozenset(name for name, origin in origins.items() if origin == "environment"),
        from_template=from_template(ctx),
        asks=params["ask"],
        as_json=params["as_json"],
    )
    return partial(check, settings)


class CheckCommand(Command):
    """A command that a wrong config file does not stop: to find that is its task."""

    def make_context(
        self, info_name: str | None, args: list[str], parent: click.Context | None = None, **extra: Any
    ) -> click.Context:
        """Parse argv; without the [defaults] of a file that cannot be read."""
        try:
            return super().make_context(info_name, list(args), parent, **extra)
        except UsageFault:
            if not _is_file_wrong():
                raise
            return super().make_context(info_name, args, parent, **extra, default_map={})


def _is_file_wrong() -> bool:
    from dsk.state.config import load

    try:
        load(os.environ)
    except UsageFault:
        return True
    return False


COMMAND = CheckCommand(
    "check",
    _check,
    [
        Option(
            ["--ask"],
            group=NETWORK,
            brief="Ask for one token too, which costs.",
            env=False,
            is_flag=True,
            help="Ask for one token too, to see whether the model answers and goes on with a prefix; this costs.",
        ),
        model_option(),
        json_option("Print the server's answer as JSON.", brief="The server's answer as JSON."),
        *endpoint_options(LOOK),
    ],
    HELP,
    uses_defaults=True,
)
