"""The names of templates and of their params, for the shell at the cursor."""

from __future__ import annotations

import os

from click.shell_completion import CompletionItem

from dsk.errors import Failure
from dsk.jobs.templates.opening import open_template
from dsk.prompt.template import params_of
from dsk.state.templates import find_template, read_template, template_names


def templates(incomplete: str) -> list[CompletionItem]:
    """The templates whose names begin so, with their descriptions; one that is broken has none."""
    return [
        CompletionItem(name, help=_description(name))
        for name in template_names(os.environ)
        if name.startswith(incomplete)
    ]


def params(template: str | None, incomplete: str) -> list[CompletionItem]:
    """The params of this template whose names begin so, each with the ``=`` that comes after it, and its default.

    Raises ``UsageFault`` if the template is not to be used.
    """
    if not template:
        return []
    found = open_template(template, os.environ)
    names = params_of(found.system, found.prompt)
    return [
        CompletionItem(f"{name}=", help=found.params.get(name, ""))
        for name in names
        if f"{name}=".startswith(incomplete) and incomplete != f"{name}="
    ]


def _description(name: str) -> str:
    try:
        return read_template(name, find_template(name, os.environ)).description
    except Failure:
        return ""
