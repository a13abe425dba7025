"""A command: options in groups, short and long help, defaults from the config file.

A command turns argv into a ``Job`` and does nothing else; ``main`` runs the job outside Click, because Click
turns a closed pipe into status 1 and ^C into "Aborted!".
"""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from functools import partial
from typing import TYPE_CHECKING, Any, TypeAlias

import click

from dsk.commands.helping import asks_help, describe, general_options, manual, new_formatter
from dsk.commands.option import Option
from dsk.errors import Status

if TYPE_CHECKING:
    from dsk.successor import Successor
    from dsk.world import World

#: It ends with a status, or by becoming another program.
Job: TypeAlias = "Callable[[World], Status | Successor]"


class Command(click.Command):
    """A command whose callback returns a ``Job``; ``-h`` shows one screen, ``--help`` all options."""

    def __init__(
        self,
        name: str,
        callback: Callable[..., Job],
        params: Sequence[click.Parameter],
        help: str,  # noqa: A002 - Click's own name for it
        *,
        uses_defaults: bool = False,
    ):
        self.uses_defaults = uses_defaults
        everything = [*params, *general_options()]
        super().__init__(name, callback=callback, params=everything, help=help, add_help_option=False)

    def make_context(
        self, info_name: str | None, args: list[str], parent: click.Context | None = None, **extra: Any
    ) -> click.Context:
        """Parse argv, with the config file's [defaults] below flags and environment."""
        if self.uses_defaults and "default_map" not in extra and not asks_help(args):
            from dsk.commands.defaults import defaults_for

            extra["default_map"] = defaults_for(self, os.environ)
        return super().make_context(info_name, args, parent, **extra)

    def get_params(self, ctx: click.Context) -> list[click.Parameter]:  # noqa: ARG002
        """The parameters: click would look time and again whether any is there twice, which a test does."""
        return self.params

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Parse argv; a fault of an option is told in our words."""
        words = list(args)
        try:
            rest = super().parse_args(ctx, args)
        except (click.NoSuchOption, click.BadOptionUsage) as error:
            from dsk.commands.faults import option_fault

            raise option_fault(ctx, error, words) from error
        self._check_arguments(ctx)
        return rest

    def _check_arguments(self, ctx: click.Context) -> None:
        """Options look at their own values, and the reader of the prompt at its words."""
        from dsk.commands.values import check_text

        for param in self.params:
            if isinstance(param, click.Argument) and (param.nargs == 1 or param.metavar):
                called = param.metavar or str(param.name).upper()
                check_text(ctx.params.get(str(param.name)), called, partial(str, called.split()[-1]))

    def get_help(self, ctx: click.Context) -> str:
        """The long help."""
        return self.help_text(ctx, brief=False)

    def help_text(self, ctx: click.Context, *, brief: bool) -> str:
        """Usage, description and the options by group; with ``brief`` one screen: 80 columns by 24 lines, of which the
        last is the prompt's."""
        formatter = new_formatter()
        self.format_usage(ctx, formatter)
        if brief:
            self._write_screen(ctx, formatter)
        else:
            describe(formatter, self.help)
            self._write_options(ctx, formatter)
        more = f"{ctx.command_path} --help shows all options; " if brief else ""
        formatter.write_paragraph()
        formatter.write_text(f"{more}man {manual(ctx)} is the manual.")
        return formatter.getvalue().rstrip("\n")

    def _write_screen(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        first, *others = (self.help or "").split("\n\n")
        formatter.write_paragraph()
        with formatter.indentation():
            formatter.write_text(first)
        for examples in (text for text in others if text.startswith("\b\n")):
            formatter.write(examples[2:].rstrip("\n") + "\n")
        rows = []
        for param in self.params:
            record = param.get_help_record(ctx)
            if isinstance(param, Option) and param.brief and record:
                rows.append((record[0].partition(" / ")[0], param.brief))
        if rows:
            with formatter.section("Options"):
                formatter.write_dl(rows)

    def _write_options(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        groups: dict[str, list[tuple[str, str]]] = {}
        for param in self.params:
            record = param.get_help_record(ctx)
            if isinstance(param, Option) and record:
                groups.setdefault(param.group, []).append(record)
        for group, rows in groups.items():
            with formatter.section(group):
                formatter.write_dl(rows)
