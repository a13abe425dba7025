"""``dsk profile``: servers with a name."""

from __future__ import annotations

from functools import partial
from typing import Any

import click

from dsk.commands.command import Command, Job
from dsk.commands.group import Group
from dsk.commands.option import Option, sources
from dsk.commands.options.network import LOOK, complete_profile, endpoint_options, network_settings
from dsk.commands.options.output import json_option
from dsk.commands.options.request import model_option

PROFILE = "Profile"
OUTPUT = "Output"

COMMANDS = {
    "list": ("dsk.commands.profile:LIST", "List the profiles there are."),
    "show": ("dsk.commands.profile:SHOW", "Show all that a profile says."),
    "add": ("dsk.commands.profile:ADD", "Look at a server, make a profile that fits."),
    "use": ("dsk.commands.profile:USE", "Use a profile where none is named."),
    "remove": ("dsk.commands.profile:REMOVE", "Take a profile out of the config file."),
}

HELP = """Look after the servers that -P names: those that are built in, and those of the config file.

\b
    dsk profile list
    dsk profile add box --base-url http://localhost:8080
    dsk ask -P box "hi"
"""

HELP_LIST = """List the profiles there are: a table on a terminal, fields separated by tabs in a pipe.

\b
    dsk profile list | cut -f 1
"""

HELP_SHOW = """Show all that a profile says, what is built in included, as it may stand in the config file.

\b
    dsk profile show ollama
"""

HELP_ADD = """Look at a server and put a profile that fits it into the config file, whose other lines stay as they are.

The server is asked for its models; what it is is told by its host, its headers and the owner of its models. A model is
put down if there is only one.

\b
    dsk profile add box --base-url http://localhost:8080
    dsk profile add work --base-url https://llm.example.com/v1
"""

HELP_USE = """Use a profile wherever none is named: profile = "NAME" in the config file.

\b
    dsk profile use ollama
"""

HELP_REMOVE = """Take a profile out of the config file. Its key stays: dsk key unset -P NAME removes that.

\b
    dsk profile remove box
"""


def _list(**params: Any) -> Job:
    from dsk.jobs.profiles.listing import list_profiles

    return partial(list_profiles, params["as_json"])


def _show(**params: Any) -> Job:
    from dsk.jobs.profiles.listing import show_profile

    return partial(show_profile, params["name"])


def _add(**params: Any) -> Job:
    from dsk.jobs.profiles.adding import AddSettings, add_profile

    origins = sources(click.get_current_context())
    network = network_settings({**params, "profile": None}, origins)
    settings = AddSettings(
        params["name"], network, params["key_env"], params["model"], params["probe"], params["force"]
    )
    return partial(add_profile, settings)


def _use(**params: Any) -> Job:
    from dsk.jobs.profiles.listing import use_profile

    return partial(use_profile, params["name"])


def _remove(**params: Any) -> Job:
    from dsk.jobs.profiles.listing import remove_from_file

    return partial(remove_from_file, params["name"])


def _which(*, required: bool = True) -> click.Parameter:
    return click.Argument(["name"], metavar="NAME", required=required, shell_complete=complete_profile)


COMMAND = Group("profile", COMMANDS, HELP)
LIST = Command(
    "list",
    _list,
    [json_option("Print a JSON object a line.")],
    HELP_LIST,
)
SHOW = Command("show", _show, [_which(required=False)], HELP_SHOW)
ADD = Command(
    "add",
    _add,
    [
        click.Argument(["name"], metavar="NAME"),
        Option(
            ["--key-env"],
            group=PROFILE,
            brief="The variable that has its key.",
            metavar="VAR",
            env=False,
            may_be_empty=True,
            help="The environment variable that has its key, empty for none.  [default: NAME_API_KEY]",
        ),
        model_option(),
        Option(
            ["--probe/--no-probe"],
            group=PROFILE,
            brief="Look at the server first.",
            env=False,
            default=True,
            help="Look at the server first.  [default: probe]",
        ),
        Option(
            ["--force"],
            group=PROFILE,
            brief="Put it in the place of one there is.",
            env=False,
            is_flag=True,
            help="Put it in the place of one of that name in the file.",
        ),
        *[option for option in endpoint_options(LOOK) if option.name != "profile"],
    ],
    HELP_ADD,
)
USE = Command("use", _use, [_which()], HELP_USE)
REMOVE = Command("remove", _remove, [_which()], HELP_REMOVE)
