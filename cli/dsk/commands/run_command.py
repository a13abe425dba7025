"""Commands about one run of the log."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import TYPE_CHECKING

import click

from dsk.commands.command import Command
from dsk.commands.run_number import RunNumber

if TYPE_CHECKING:
    from click.shell_completion import CompletionItem

    Complete = Callable[[click.Context, click.Parameter, str], list[CompletionItem]]

RUN = RunNumber("dsk log list shows the numbers; -1 is the last run")


def run_argument(complete: Complete) -> click.Parameter:
    """Which run is meant: the last one, if nothing is said."""
    return click.Argument(["id"], type=RUN, default=-1, required=False, shell_complete=complete)


class RunCommand(Command):
    """A command whose argument may be a negative number."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Parse argv, in which ``-1`` is no option."""
        numbers = [] if "--" in args else [arg for arg in args if re.fullmatch(r"-\d+", arg)]
        rest = [arg for arg in args if arg not in numbers]
        return super().parse_args(ctx, [*rest, "--", *numbers] if numbers else rest)
