"""``dsk completion``: the completion script of a shell to stdout."""

from __future__ import annotations

from functools import partial
from typing import Any

import click

from dsk.commands.command import Command, Job
from dsk.shells.scripts import SCRIPTS

HELP = """Print the completion script of SHELL: bash, zsh or fish.

\b
    eval "$(dsk completion bash)"      # in ~/.bashrc
    eval "$(dsk completion zsh)"       # in ~/.zshrc, after compinit
    dsk completion fish | source       # in ~/.config/fish/config.fish
"""


def _completion(**params: Any) -> Job:
    from dsk.jobs.completing import print_script

    return partial(print_script, params["shell"])


COMMAND = Command(
    "completion",
    _completion,
    [click.Argument(["shell"], type=click.Choice(list(SCRIPTS)), metavar="SHELL")],
    HELP,
)
