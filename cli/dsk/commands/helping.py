"""The options that every command has, and the help that two of them show."""

from __future__ import annotations

import os
from collections.abc import Sequence
from functools import cache
from typing import TYPE_CHECKING, cast

import click

from dsk.commands.option import Option
from dsk.world import STDOUT

if TYPE_CHECKING:
    from typing import Protocol

    class Helpful(Protocol):
        """What a command and a group have: the help, in short and in full."""

        def help_text(self, ctx: click.Context, *, brief: bool) -> str:
            """The text, without its last newline."""


GENERAL = "General"
WIDEST, NARROWEST = 80, 50


def general_options() -> list[click.Parameter]:
    """``-h``, ``--help`` and ``--debug``, the same for a command and for its groups."""
    return [*_general_options()]


@cache
def _general_options() -> Sequence[click.Parameter]:
    return [
        Option(
            ["-h"],
            group=GENERAL,
            env=False,
            is_flag=True,
            is_eager=True,
            expose_value=False,
            callback=_show_brief,
            help="Show the most used options and exit.",
        ),
        Option(
            ["--help"],
            group=GENERAL,
            env=False,
            is_flag=True,
            is_eager=True,
            expose_value=False,
            callback=_show_all,
            help="Show all options and exit.",
        ),
        Option(
            ["--debug"],
            group=GENERAL,
            is_flag=True,
            expose_value=False,
            help="Show a traceback when something fails.",
        ),
    ]


def new_formatter() -> click.HelpFormatter:
    """What help is written with: as wide as the terminal, 80 columns at most, as with click, which loads shutil to
    learn it."""
    try:
        columns = int(os.environ.get("COLUMNS", "0")) or os.get_terminal_size(STDOUT).columns
    except (ValueError, OSError):
        columns = 0
    return click.HelpFormatter(width=max(min(columns or WIDEST, WIDEST) - 2, NARROWEST))


def describe(formatter: click.HelpFormatter, text: str | None) -> None:
    """Write what a command is for: click loads inspect to take the indentation from it, of which there is none."""
    formatter.write_paragraph()
    with formatter.indentation():
        formatter.write_text((text or "").strip("\n"))


def show(text: str) -> None:
    """Write a text and its final newline to stdout. Raises ``LocalFault`` or ``ReaderGone``, as any output does."""
    from dsk.output.sinks import write_out_all

    write_out_all(STDOUT, f"{text}\n".encode())


def asks_help(args: Sequence[str]) -> bool:
    """Whether the arguments ask for either help."""
    return "-h" in args or "--help" in args


def manual(ctx: click.Context) -> str:
    """The page's name. A group's page has its commands too: dsk key set is in dsk-key(1)."""
    return "-".join(ctx.command_path.split()[:2])


def _show_brief(ctx: click.Context, _param: click.Parameter, wanted: bool) -> None:
    if wanted and not ctx.resilient_parsing:
        _show(ctx, brief=True)


def _show_all(ctx: click.Context, _param: click.Parameter, wanted: bool) -> None:
    if wanted and not ctx.resilient_parsing:
        _show(ctx, brief=False)


def _show(ctx: click.Context, *, brief: bool) -> None:
    command = cast("Helpful", ctx.command)
    show(command.help_text(ctx, brief=brief))
    ctx.exit()
