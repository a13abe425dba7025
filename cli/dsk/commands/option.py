"""An option of any command: its variable, its words in the help, and every fault of its value told alike."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import click
from click.core import ParameterSource

from dsk.errors import UsageFault

#: Where a context keeps the template that was asked for (``dsk.commands.overlay``).
TEMPLATE = "dsk.template"
#: Where values come from, what counts most first.
ORIGINS = ("flag", "environment", "template", "file", "default")


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
        help: str,  # noqa: A002 - Click's own name for it
        brief: str = "",
        env: bool = True,
        may_be_empty: bool = False,
        **kw: Any,
    ):
        self.group = group
        self.brief = brief
        self.may_be_empty = may_be_empty
        if env:
            longest = max([d.partition("/")[0] for d in decls if d.startswith("--")], key=len)
            kw.setdefault("envvar", "DSK_" + longest.lstrip("-").upper().replace("-", "_"))
        super().__init__(list(decls), **kw)
        # Click would unindent it, and load inspect for that.
        self.help = help

    def process_value(self, ctx: click.Context, value: Any) -> Any:
        """Check the value; every fault is told with the place of the value and with what it must be."""
        if ctx.get_parameter_source(str(self.name)) is ParameterSource.DEFAULT:
            # It is our own.
            return super().process_value(ctx, value)
        try:
            return self._checked(ctx, value)
        except UsageFault as fault:
            from dsk.commands.defaults import value_place

            raise UsageFault(value_place(ctx, self) + fault.what, fault.why, hint=fault.hint) from fault

    def _checked(self, ctx: click.Context, value: Any) -> Any:
        from dsk.commands.values import LARGEST, check_text, in_words

        check_text(value, str(self.metavar), lambda: self._called(ctx))
        if not self.may_be_empty and in_words(self) and "" in (value if isinstance(value, (list, tuple)) else [value]):
            raise UsageFault(
                f"{self._called(ctx)} is empty",
                hint=f"give it a value, or leave it out; {ctx.command_path} --help says what it takes",
            )
        try:
            checked = super().process_value(ctx, value)
        except click.BadParameter as error:
            raise self._misfit(ctx, value, error.message) from error
        if isinstance(checked, float) and checked != checked:
            # NaN: no range keeps it out, for every comparison with it is false.
            raise self._misfit(ctx, value)
        if isinstance(checked, int) and abs(checked) > LARGEST:
            raise self._misfit(ctx, value, words=f"a whole number, at most {LARGEST}")
        return checked

    def _misfit(self, ctx: click.Context, value: Any, own_words: str = "", *, words: str = "") -> UsageFault:
        from dsk.commands.values import in_words

        name, words = self._called(ctx), words or in_words(self)
        return UsageFault(
            f"{name} must be {words}, not {value!r}" if words else f"{name}: {own_words.rstrip('.')}",
            hint=f"{ctx.command_path} --help lists the options",
        )

    def _called(self, ctx: click.Context) -> str:
        """The option as the user knows it who gave its value: a key of the config file has no dashes."""
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


def sources(ctx: click.Context) -> dict[str, str]:
    """Where each parameter's value came from: flag, environment, template, file or default."""
    names = {
        ParameterSource.COMMANDLINE: "flag",
        ParameterSource.ENVIRONMENT: "environment",
        ParameterSource.DEFAULT_MAP: "file",
    }
    found = {
        str(p.name): names.get(ctx.get_parameter_source(str(p.name)) or ParameterSource.DEFAULT, "default")
        for p in ctx.command.params
    }
    if TEMPLATE in ctx.meta:
        own = ctx.meta[TEMPLATE].options
        found |= {name: "template" for name, origin in found.items() if origin == "file" and name in own}
    return found
