"""A command that has commands of its own."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from importlib import import_module
from typing import Any, cast

import click

from dsk.commands.helping import describe, general_options, manual, new_formatter
from dsk.errors import UsageFault


class Group(click.Group):
    """A group that imports a command's module only when that command is named.

    ``table`` maps a name to ("module:attribute", one-line help), in the order in which help lists them; the short
    help has only the names of the ``rare`` ones.
    """

    def __init__(
        self,
        name: str,
        table: Mapping[str, tuple[str, str]],
        help: str,  # noqa: A002
        rare: Collection[str] = (),
        **kw: Any,
    ):
        self.table = table
        self.rare = rare
        super().__init__(name, help=help, params=general_options(), add_help_option=False, **kw)

    def get_params(self, ctx: click.Context) -> list[click.Parameter]:  # noqa: ARG002
        """The parameters: click would look time and again whether any is there twice, which a test does."""
        return self.params

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Parse argv; nothing at all asks for the help."""
        words = list(args)
        try:
            return super().parse_args(ctx, args or ["--help"])
        except (click.NoSuchOption, click.BadOptionUsage) as error:
            from dsk.commands.faults import option_fault

            raise option_fault(ctx, error, words) from error

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002
        """The commands' names, in their order of use."""
        return list(self.table)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002
        """The command, imported now; None if there is none of that name."""
        if cmd_name not in self.table:
            return None
        module, attribute = self.table[cmd_name][0].split(":")
        return cast(click.Command, getattr(import_module(module), attribute))

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """Find the command that the first argument names; a near miss is named in the error."""
        name = args[0]
        if name not in self.table and not name.startswith("-"):
            from difflib import get_close_matches

            near = get_close_matches(name, self.table, n=1)
            if name in ("help", "version"):
                near = [f"{ctx.command_path} --{name}"]
            advice = f"did you mean {near[0]}?" if near else f"{ctx.command_path} --help lists the commands"
            raise UsageFault(f"there is no command {name!r}", hint=advice)
        return super().resolve_command(ctx, args)

    def get_help(self, ctx: click.Context) -> str:
        """The long help."""
        return self.help_text(ctx, brief=False)

    def help_text(self, ctx: click.Context, *, brief: bool) -> str:
        """Usage, description and commands; without ``brief``, which is one screen, the options too."""
        formatter = new_formatter()
        self.format_usage(ctx, formatter)
        describe(formatter, self.help)
        with formatter.section("Commands"):
            named = self.rare if brief else ()
            formatter.write_dl([(name, text) for name, (_, text) in self.table.items() if name not in named])
            if named:
                names = ", ".join(name for name in self.table if name in named)
                formatter.write_text(f"Also {names}: see {ctx.command_path} --help.")
        if not brief:
            records = [p.get_help_record(ctx) for p in self.params]
            with formatter.section("Options"):
                formatter.write_dl([r for r in records if r])
        formatter.write_paragraph()
        formatter.write_text(f"{ctx.command_path} COMMAND -h explains a command; man {manual(ctx)} is the manual.")
        return formatter.getvalue().rstrip("\n")
