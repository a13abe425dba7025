"""``dsk template``: the prompts that are kept in files."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any

import click

from dsk.commands.command import Command, Job
from dsk.commands.group import Group
from dsk.commands.options.output import json_option

if TYPE_CHECKING:
    from click.shell_completion import CompletionItem

COMMANDS = {
    "list": ("dsk.commands.template:LIST", "List the templates there are."),
    "show": ("dsk.commands.template:SHOW", "Print a template's file."),
    "edit": ("dsk.commands.template:EDIT", "Change a template in your editor."),
    "new": ("dsk.commands.template:NEW", "Begin a template of your own."),
}

HELP = """Keep prompts in files: dsk ask -t NAME asks by one.

\b
    dsk template list
    git diff --staged | dsk ask -t commit
    dsk ask -t translate -p to=German "Good morning"
    dsk template edit commit
"""

HELP_LIST = """List the templates there are: a table on a terminal, fields separated by tabs in a pipe.

\b
    dsk template list
    dsk template list --json | jq -r .name
"""

HELP_SHOW = """Print the file of a template as it is.

\b
    dsk template show commit
"""

HELP_EDIT = """Change a template in $VISUAL or $EDITOR. What is wrong with it then is told before it is saved.

One that comes with dsk is not touched: what you make of it is kept as a template of your own and goes before it.

\b
    dsk template edit commit
"""

HELP_NEW = """Make a template of your own, with an example to change, and print its path.

\b
    dsk template new standup && dsk template edit standup
"""


def _list(**params: Any) -> Job:
    from dsk.commands.overlay import check_template
    from dsk.jobs.templates.listing import list_templates

    return partial(list_templates, check_template, params["as_json"])


def _show(**params: Any) -> Job:
    from dsk.jobs.templates.listing import show_template

    return partial(show_template, params["name"])


def _edit(**params: Any) -> Job:
    from dsk.commands.overlay import check_template
    from dsk.jobs.templates.editing import edit_template

    return partial(edit_template, check_template, params["name"])


def _new(**params: Any) -> Job:
    from dsk.jobs.templates.editing import new_template

    return partial(new_template, params["name"])


def _complete(_ctx: click.Context, _param: click.Parameter, incomplete: str) -> list[CompletionItem]:
    from dsk.commands.template_names import templates

    return templates(incomplete)


def _which() -> click.Parameter:
    return click.Argument(["name"], metavar="NAME|PATH", shell_complete=_complete)


COMMAND = Group("template", COMMANDS, HELP)
LIST = Command(
    "list",
    _list,
    [json_option("Print a JSON object a line.")],
    HELP_LIST,
)
SHOW = Command("show", _show, [_which()], HELP_SHOW)
EDIT = Command("edit", _edit, [_which()], HELP_EDIT)
NEW = Command("new", _new, [click.Argument(["name"], metavar="NAME")], HELP_NEW)
