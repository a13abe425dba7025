"""``dsk cache``: the answers that are kept."""

from __future__ import annotations

from functools import partial
from typing import Any

from dsk.commands.command import Command, Job
from dsk.commands.group import Group
from dsk.commands.options.output import json_option

OUTPUT = "Output"

COMMANDS = {
    "list": ("dsk.commands.cache:LIST", "List the answers that are kept."),
    "prune": ("dsk.commands.cache:PRUNE", "Remove what is too old or too much."),
    "clear": ("dsk.commands.cache:CLEAR", "Remove all of them."),
    "path": ("dsk.commands.cache:PATH", "Print the path of their folder."),
}

HELP = """Look at the answers that --cache keeps, and remove them.

\b
    dsk ask --cache "Tell me a story"
    dsk cache list
    dsk cache clear
"""

HELP_LIST = """List the answers that are kept, the newest last: a table on a terminal, tabs between fields in a pipe.

\b
    dsk cache list | grep story
    dsk cache list --json | jq -r .file
"""

HELP_PRUNE = """Remove the answers that are older or more than [cache] in the config file allows.

This is done now and then when an answer is kept.
"""

HELP_CLEAR = """Remove all answers that are kept."""

HELP_PATH = """Print the path of the folder of the answers, whether it exists or not."""


def _list(**params: Any) -> Job:
    from dsk.jobs.cache_showing import list_answers

    return partial(list_answers, params["as_json"])


def _prune() -> Job:
    from dsk.jobs.cache_showing import prune_answers

    return prune_answers


def _clear() -> Job:
    from dsk.jobs.cache_showing import clear_answers

    return clear_answers


def _path() -> Job:
    from dsk.jobs.cache_showing import print_cache_path

    return print_cache_path


COMMAND = Group("cache", COMMANDS, HELP)
LIST = Command(
    "list",
    _list,
    [json_option("Print a JSON object a line.")],
    HELP_LIST,
)
PRUNE = Command("prune", _prune, [], HELP_PRUNE)
CLEAR = Command("clear", _clear, [], HELP_CLEAR)
PATH = Command("path", _path, [], HELP_PATH)
