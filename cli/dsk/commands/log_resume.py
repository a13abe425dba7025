"""``dsk log resume``: an answer that broke off is finished."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any

import click

from dsk.commands.option import sources
from dsk.commands.options.network import network_options, network_settings
from dsk.commands.options.output import output_options, output_settings
from dsk.commands.run_command import RunCommand, run_argument

if TYPE_CHECKING:
    from click.shell_completion import CompletionItem

    from dsk.commands.command import Job

# The log has texts and no frames, and knows whether a server was asked.
NOT_TAKEN = {"--format", "--raw", "--offline"}

HELP = """Finish an answer that broke off, or whose run was killed, and write the whole of it.

ID is the run's number in the list; -1 is the last run, which is also the default.

\b
    dsk log resume
    dsk log resume 12 > answer.txt
"""


def _resume(**params: Any) -> Job:
    from dsk.jobs.log.resuming import resume_run

    origins = sources(click.get_current_context())
    # The run has a server: only who names another one here means another one.
    given = {name: params[name] if origins[name] == "flag" else None for name in ("profile", "base_url")}
    output = output_settings(params | {"format": params["format"] or "text"})
    return partial(resume_run, params["id"], network_settings(params | given, origins), output)


def _complete(_ctx: click.Context, _param: click.Parameter, incomplete: str) -> list[CompletionItem]:
    from dsk.commands.run_numbers import unfinished

    return unfinished(incomplete)


COMMAND = RunCommand(
    "resume",
    _resume,
    [
        run_argument(_complete),
        *(option for option in (*output_options(), *network_options()) if option.opts[0] not in NOT_TAKEN),
    ],
    HELP,
    uses_defaults=True,
)
