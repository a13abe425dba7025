"""``dsk config``: what every setting is and where it comes from."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any

import click

from dsk.commands.command import Command, Job
from dsk.commands.defaults import place_of_default
from dsk.commands.helping import GENERAL
from dsk.commands.option import TEMPLATE, Option, sources
from dsk.commands.options.network import endpoint_options, network_settings
from dsk.commands.options.output import OUTPUT, json_option

if TYPE_CHECKING:
    from dsk.jobs.configuring import Asked, Row
    from dsk.state.config import Config

HELP = """Show each setting, its value and where it comes from: a flag, the environment, a line of the config file
or the default. The file is checked on the way.

\b
    dsk config | grep ^model
    $EDITOR "$(dsk config --path)"
"""


def _options() -> list[click.Parameter]:
    return [
        Option(
            ["--path"],
            group=OUTPUT,
            brief="Print the path of the config file.",
            env=False,
            is_flag=True,
            help="Print the path of the config file and nothing else.",
        ),
        json_option("Print one JSON object."),
        *endpoint_options(),
    ]


def _config(**params: Any) -> Job:
    from dsk.jobs.configuring import print_config_path, show_config

    if params["path"]:
        return print_config_path
    return partial(show_config, _asked(click.get_current_context()), params["as_json"])


def _asked(ctx: click.Context) -> Asked:
    """What ``dsk ask`` would be told by the same flags, this environment and this file."""
    import os

    from dsk.commands.ask import COMMAND as ASK
    from dsk.jobs.configuring import Asked, Row
    from dsk.state.config import load

    shared = {option.name for option in endpoint_options()}
    given = sources(ctx)
    flags = [
        f"--{option.long_name()}={ctx.params[str(option.name)]}"
        for option in ctx.command.params
        if isinstance(option, Option) and option.name in shared and given[str(option.name)] == "flag"
    ]
    ask = ASK.make_context("dsk ask", flags)
    params, origins = ask.params, sources(ask)
    config = load(os.environ)
    rows: dict[str, Row] = {}
    for option in ASK.params:
        name = str(option.name)
        if isinstance(option, Option) and option.group != GENERAL and name not in rows:
            rows[name] = _row(option, params[name], origins[name], config, ask)
    if TEMPLATE in ask.meta and origins["system"] not in ("flag", "environment"):
        template = ask.meta[TEMPLATE].template
        if template.system is not None:
            rows["system"] = Row(template.system, template.places.at("system"))
            origins["system"] = "template"
    from_file = frozenset(name for name, origin in origins.items() if origin == "file")
    return Asked(rows, from_file, network_settings(params, origins))


def _row(option: Option, value: object, origin: str, config: Config, ask: click.Context) -> Row:
    from dsk.jobs.configuring import Row

    if origin == "environment":
        origin = str(option.envvar)
    elif origin == "template":
        origin = ask.meta[TEMPLATE].place(option.name)
    elif origin == "file":
        origin = place_of_default(str(option.name), config)
    # An expression is shown as it was written.
    return Row(getattr(value, "pattern", value), origin)


COMMAND = Command("config", _config, _options(), HELP)
