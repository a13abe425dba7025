"""``dsk key``: set, find and remove the API key of a profile. No key is ever taken from argv, nor echoed."""

from __future__ import annotations

from functools import partial
from typing import Any

import click

from dsk.commands.command import Command, Job
from dsk.commands.group import Group
from dsk.commands.option import Option
from dsk.commands.options.network import profile_option
from dsk.errors import UsageFault

KEY = "Key"
# A word of so many letters at most, and nothing else, is no key.
LONGEST_WORD = 12
# How other programs call what unset does.
REMOVING = ("remove", "delete", "rm", "del", "clear")

COMMANDS = {
    "set": ("dsk.commands.key:SET", "Read the key from a hidden prompt or stdin and keep it."),
    "path": ("dsk.commands.key:PATH", "Print the path of the key file."),
    "unset": ("dsk.commands.key:UNSET", "Remove the key file."),
    "origin": ("dsk.commands.key:ORIGIN", "Print where the key is found, but not the key."),
}

HELP = """Set, find or remove the API key of a profile.

\b
    dsk key set
    pass show deepseek | dsk key set
    dsk key origin
"""

HELP_SET = """Read the key from a hidden prompt, or one line from stdin if that is not a terminal, and keep it.

It goes to the key file, which only you can read, or with --keyring to the system keyring.
"""

HELP_PATH = """Print the path of the profile's key file, whether it exists or not."""

HELP_UNSET = """Remove the profile's key file, or with --keyring the entry in the system keyring too."""

HELP_ORIGIN = """Print where the profile's key is found: the name of a variable, key_command, keyring or a path.

The key itself is not shown. Without a key the exit status is 3.
"""


class KeyGroup(Group):
    """A group that repeats a word it does not know only if that is no key."""

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """Find the command that the first argument names."""
        word = args[0]
        if word in self.table or word.startswith("-"):
            return super().resolve_command(ctx, args)
        is_word = len(word) <= LONGEST_WORD and word.isascii() and word.isalpha()
        raise UsageFault(
            f"there is no command {word!r}" if is_word else "dsk key has no such command",
            f"the commands of dsk key are {', '.join(self.table)}",
            hint="did you mean dsk key unset?"
            if word.lower() in REMOVING
            else "a key is not given as an argument: dsk key set asks for it",
        )


def _keyring_option(text: str) -> click.Parameter:
    return Option(["--keyring"], group=KEY, brief=text, env=False, is_flag=True, help=text)


def _set(**params: Any) -> Job:
    from dsk.jobs.keys import set_key

    if params["words"]:
        raise UsageFault(
            "a key is not taken from the command line",
            "it would stay in the shell's history and be seen by ps",
            hint="dsk key set asks for it, or reads it from stdin; if that was the key, revoke it",
        )
    return partial(set_key, params["profile"], params["keyring"])


def _path(**params: Any) -> Job:
    from dsk.jobs.keys import print_path

    return partial(print_path, params["profile"])


def _unset(**params: Any) -> Job:
    from dsk.jobs.keys import unset_key

    return partial(unset_key, params["profile"], params["keyring"])


def _origin(**params: Any) -> Job:
    from dsk.jobs.keys import print_origin

    return partial(print_origin, params["profile"])


COMMAND = KeyGroup("key", COMMANDS, HELP)
SET = Command(
    "set",
    _set,
    [
        # Taken in only to be refused: Click would repeat it in its own message.
        click.Argument(["words"], nargs=-1, metavar=""),
        _keyring_option("Keep it in the system keyring in place of the key file."),
        profile_option(),
    ],
    HELP_SET,
    uses_defaults=True,
)
PATH = Command("path", _path, [profile_option()], HELP_PATH, uses_defaults=True)
UNSET = Command(
    "unset",
    _unset,
    [_keyring_option("Remove the entry in the system keyring too."), profile_option()],
    HELP_UNSET,
    uses_defaults=True,
)
ORIGIN = Command("origin", _origin, [profile_option()], HELP_ORIGIN, uses_defaults=True)
