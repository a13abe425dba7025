"""What all commands share: options in groups, short and long help, defaults from the config file.

A command turns argv into a ``Job`` and does nothing else; ``main`` runs the job outside Click, because Click
turns a closed pipe into status 1 and ^C into "Aborted!".
"""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping, Sequence
from importlib import import_module
from math import isnan
from typing import TYPE_CHECKING, Any, TypeAlias, cast

import click

from dsk.errors import Status, UsageFault

if TYPE_CHECKING:
    from dsk.world import World

Job: TypeAlias = "Callable[[World], Status]"

GENERAL = "General"


class Option(click.Option):
    """A Click option that knows its help group and the few words that the one-screen ``-h`` has for it.

    Without them ``-h`` does not show it. Every long option can be set by ``DSK_<NAME>``, but for those made with
    ``env=False``. An empty value is a fault, but for those made with ``may_be_empty``.
    """

    def __init__(
        self,
        decls: Sequence[str],
        *,
        group: str,
        brief: str = "",
        env: bool = True,
        may_be_empty: bool = False,
        **kw: Any,
    ):
        self.group = group
        self.brief = brief
        self.may_be_empty = may_be_empty
        if env:
            longest = max((d.split("/")[0] for d in decls if d.startswith("--")), key=len)
            kw.setdefault("envvar", "DSK_" + longest.lstrip("-").upper().replace("-", "_"))
        super().__init__(list(decls), **kw)

    def process_value(self, ctx: click.Context, value: Any) -> Any:
        """Check the value; every fault is told with the place of the value and with what it must be."""
        try:
            return self._checked(ctx, value)
        except UsageFault as fault:
            from dsk.commands.defaults import value_place

            raise UsageFault(value_place(ctx, self) + fault.what, fault.why, hint=fault.hint) from fault

    def _checked(self, ctx: click.Context, value: Any) -> Any:
        from dsk.commands.values import in_words

        if not self.may_be_empty and in_words(self) and "" in (value if isinstance(value, (list, tuple)) else [value]):
            raise UsageFault(f"{self._called(ctx)} is empty")
        try:
            checked = super().process_value(ctx, value)
        except click.BadParameter as error:
            raise self._misfit(ctx, value, error.message) from error
        if isinstance(checked, float) and isnan(checked):
            # No range keeps it out: every comparison with it is false.
            raise self._misfit(ctx, value)
        return checked

    def _misfit(self, ctx: click.Context, value: Any, own_words: str = "") -> UsageFault:
        from dsk.commands.values import in_words

        name, words = self._called(ctx), in_words(self)
        return UsageFault(
            f"{name} must be {words}, not {value!r}" if words else f"{name}: {own_words.rstrip('.')}",
            hint=f"{ctx.command_path} --help lists the options",
        )

    def _called(self, ctx: click.Context) -> str:
        """The option as the user knows it who gave its value: a key of the config file has no dashes."""
        from click.core import ParameterSource

        is_key = ctx.get_parameter_source(str(self.name)) is ParameterSource.DEFAULT_MAP
        return self.long_name() if is_key else f"--{self.long_name()}"

    def get_help_extra(self, ctx: click.Context) -> Any:
        """What Click adds to the help in brackets; a range in words."""
        from dsk.commands.values import range_of

        extra: Any = super().get_help_extra(ctx)
        if extra.pop("range", ""):
            text = range_of(self)
            # Nobody expects less than nothing.
            if text not in ("at least 0", "above 0"):
                extra["range"] = text
        return extra

    def long_name(self) -> str:
        """The option as a config key: its first long name without dashes."""
        return next(o for o in self.opts if o.startswith("--"))[2:]


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
        everything = [*params, *_general_options()]
        super().__init__(name, callback=callback, params=everything, help=help, add_help_option=False)

    def make_context(
        self, info_name: str | None, args: list[str], parent: click.Context | None = None, **extra: Any
    ) -> click.Context:
        """Parse argv, with the config file's [defaults] below flags and environment."""
        if self.uses_defaults and "default_map" not in extra and not _asks_help(args):
            from dsk.commands.defaults import defaults_for

            extra["default_map"] = defaults_for(self, os.environ)
        return super().make_context(info_name, args, parent, **extra)

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Parse argv; a fault of an option is told in our words."""
        words = list(args)
        try:
            return super().parse_args(ctx, args)
        except (click.NoSuchOption, click.BadOptionUsage) as error:
            raise _option_fault(ctx, error, words) from error

    def get_help(self, ctx: click.Context) -> str:
        """The long help."""
        return self.help_text(ctx, brief=False)

    def help_text(self, ctx: click.Context, *, brief: bool) -> str:
        """Usage, description and the options by group; with ``brief`` one screen: 80 columns by 24 lines."""
        formatter = ctx.make_formatter()
        self.format_usage(ctx, formatter)
        if brief:
            self._write_screen(ctx, formatter)
        else:
            self.format_help_text(ctx, formatter)
            self._write_options(ctx, formatter)
        more = f"{ctx.command_path} --help shows all options; " if brief else ""
        formatter.write_paragraph()
        formatter.write_text(f"{more}man {_manual(ctx)} is the manual.")
        return formatter.getvalue().rstrip("\n")

    def _write_screen(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        first, *others = (self.help or "").split("\n\n")
        formatter.write_paragraph()
        with formatter.indentation():
            formatter.write_text(first)
        for examples in (text for text in others if text.startswith("\b\n")):
            formatter.write_paragraph()
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


class Group(click.Group):
    """A group that imports a command's module only when that command is named.

    ``table`` maps a name to ("module:attribute", one-line help), in the order in which help lists them.
    """

    def __init__(self, name: str, table: Mapping[str, tuple[str, str]], help: str, **kw: Any):  # noqa: A002
        self.table = table
        super().__init__(name, help=help, params=_general_options(), add_help_option=False, **kw)

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Parse argv; nothing at all asks for the help."""
        words = list(args)
        try:
            return super().parse_args(ctx, args or ["--help"])
        except (click.NoSuchOption, click.BadOptionUsage) as error:
            raise _option_fault(ctx, error, words) from error

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
            advice = f"did you mean {near[0]}?" if near else f"{ctx.command_path} --help lists the commands"
            raise UsageFault(f"there is no command {name!r}", hint=advice)
        return super().resolve_command(ctx, args)

    def get_help(self, ctx: click.Context) -> str:
        """The long help."""
        return self.help_text(ctx, brief=False)

    def help_text(self, ctx: click.Context, *, brief: bool) -> str:
        """Usage, description and commands; without ``brief``, which is one screen, the options too."""
        formatter = ctx.make_formatter()
        self.format_usage(ctx, formatter)
        self.format_help_text(ctx, formatter)
        with formatter.section("Commands"):
            formatter.write_dl([(name, text) for name, (_, text) in self.table.items()])
        if not brief:
            records = [p.get_help_record(ctx) for p in self.params]
            with formatter.section("Options"):
                formatter.write_dl([r for r in records if r])
        formatter.write_paragraph()
        formatter.write_text(f"{ctx.command_path} COMMAND -h explains a command; man {_manual(ctx)} is the manual.")
        return formatter.getvalue().rstrip("\n")


def _option_fault(
    ctx: click.Context, error: click.NoSuchOption | click.BadOptionUsage, words: Sequence[str]
) -> UsageFault:
    from dsk.commands import faults

    if isinstance(error, click.NoSuchOption):
        return faults.unknown_option(ctx, error.option_name, words)
    return faults.misused_option(ctx, error.option_name)


def _general_options() -> list[click.Parameter]:
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


def show(text: str) -> None:
    """Write a text and its final newline to stdout. Raises ``LocalFault`` or ``ReaderGone``, as any output does."""
    from dsk.output.sinks import write_out_all
    from dsk.world import STDOUT

    write_out_all(STDOUT, f"{text}\n".encode())


def _show_brief(ctx: click.Context, _param: click.Parameter, wanted: bool) -> None:
    if wanted and not ctx.resilient_parsing:
        _show(ctx, brief=True)


def _show_all(ctx: click.Context, _param: click.Parameter, wanted: bool) -> None:
    if wanted and not ctx.resilient_parsing:
        _show(ctx, brief=False)


def _show(ctx: click.Context, *, brief: bool) -> None:
    command = cast("Command | Group", ctx.command)
    show(command.help_text(ctx, brief=brief))
    ctx.exit()


def _manual(ctx: click.Context) -> str:
    """The page's name. A group's page has its commands too: dsk key set is in dsk-key(1)."""
    return "-".join(ctx.command_path.split()[:2])


def _asks_help(args: Sequence[str]) -> bool:
    return "-h" in args or "--help" in args


def sources(ctx: click.Context) -> dict[str, str]:
    """Where each parameter's value came from: flag, environment, file or default."""
    from click.core import ParameterSource

    names = {
        ParameterSource.COMMANDLINE: "flag",
        ParameterSource.ENVIRONMENT: "environment",
        ParameterSource.DEFAULT_MAP: "file",
    }
    return {
        str(p.name): names.get(ctx.get_parameter_source(str(p.name)) or ParameterSource.DEFAULT, "default")
        for p in ctx.command.params
    }
