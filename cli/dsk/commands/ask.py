"""``dsk ask``: one question, its answer to stdout as it arrives."""

from __future__ import annotations

from functools import partial
from typing import Any

import click

from dsk.commands.command import Command, Job
from dsk.commands.option import sources
from dsk.commands.options.caching import cache_options
from dsk.commands.options.extracting import extract_options
from dsk.commands.options.keeping import log_option, record_option
from dsk.commands.options.network import network_options, retry_invalid_option
from dsk.commands.options.output import output_options
from dsk.commands.options.prompt import (
    from_template,
    image_option,
    prompt_options,
    prompt_settings,
    template_settings,
)
from dsk.commands.options.request import (
    prefix_options,
    request_options,
    request_settings,
    schema_option,
    showing_options,
)
from dsk.commands.options.sending import sending
from dsk.commands.options.session import session_options, session_wish
from dsk.commands.options.stopping import stop_options
from dsk.commands.options.tools import tool_options, tool_settings

HELP = """Ask one question and write the answer to stdout as it arrives.

The words of PROMPT are joined by spaces. What is piped in comes before them, or where a lone - stands.

\b
    git diff | dsk ask "Write a commit message" | tee msg.txt
"""


def _ask(**params: Any) -> Job:
    from dsk.jobs.asking import AskSettings, ask

    ctx = click.get_current_context()
    origins = sources(ctx)
    settings = AskSettings(
        prompt=prompt_settings(params)._replace(template=template_settings(ctx)),
        request=request_settings(params),
        from_file=frozenset(name for name, origin in origins.items() if origin == "file"),
        from_environment=frozenset(name for name, origin in origins.items() if origin == "environment"),
        from_template=from_template(ctx),
        sending=sending("ask", params, origins),
        wish=session_wish(params, origins),
        show="body" if params["dry_run"] else "curl" if params["print_curl"] else None,
        tools=tool_settings(params, origins),
    )
    return partial(ask, settings)


COMMAND = Command(
    "ask",
    _ask,
    [
        click.Argument(["prompt"], nargs=-1),
        *prompt_options(),
        image_option(),
        *session_options(has_room=False),
        *request_options(),
        *prefix_options(),
        schema_option(),
        *showing_options(),
        *tool_options(),
        *output_options(),
        *extract_options(),
        *stop_options(),
        log_option(),
        record_option(),
        *network_options(),
        retry_invalid_option(),
        *cache_options(),
    ],
    HELP,
    uses_defaults=True,
)
