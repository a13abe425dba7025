"""The template of a command line: its [options] stand between the environment and the config file."""

from __future__ import annotations

import os
from collections.abc import Mapping
from functools import partial
from typing import TYPE_CHECKING

import click

from dsk.commands.defaults import Default, checked_options
from dsk.commands.option import TEMPLATE
from dsk.errors import UsageFault
from dsk.jobs.templates.opening import check_placeholders, open_template
from dsk.records import NamedTuple

if TYPE_CHECKING:
    from dsk.state.templates import Template

#: Options of ``ask`` that a template does not set, and what to do instead.
REFUSED = {
    "system": "it stands before the first [table]",
    "param": "[params] is its place",
    "template": "a template cannot name another one",
    **dict.fromkeys(("tool", "tools", "allow-tool", "allow_tool"), "what may run is said on the command line"),
}


class Overlay(NamedTuple):
    """A template, and its options by the parameter that each is for."""

    template: Template
    options: Mapping[str, Default]

    def place(self, parameter: str) -> str:
        """``FILE:LINE`` of the key that decides this parameter."""
        return self.template.places.at("options", self.options[parameter].key)


def lay_over(ctx: click.Context, name: str) -> None:
    """Open a template and put its options over the [defaults] of the config file.

    Raises ``UsageFault`` if there is no such template, or with file and line for what is wrong in it.
    """
    template = open_template(name, os.environ)
    names = {param.name for param in ctx.command.params}
    options = {str(d.option.name): d for d in options_of(template) if d.option.name in names}
    ctx.default_map = {**(ctx.default_map or {}), **{name: option.value for name, option in options.items()}}
    ctx.meta[TEMPLATE] = Overlay(template, options)


def check_template(template: Template) -> None:
    """Raises ``UsageFault`` with file and line for what keeps a template from being used."""
    check_placeholders(template)
    options_of(template)


def options_of(template: Template) -> list[Default]:
    """The keys of [options], checked. Raises ``UsageFault`` with file and line."""
    place = partial(template.places.at, "options")
    for key in template.options:
        if key in REFUSED:
            raise UsageFault(f"{place(key)}: {key} is no key of [options]", hint=REFUSED[key])
    return checked_options(template.options, place, "[options]")
