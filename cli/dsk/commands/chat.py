"""``dsk chat``: a conversation at the terminal."""

from __future__ import annotations

from functools import partial
from typing import Any

import click

from dsk.commands.command import Command, Job
from dsk.commands.option import sources
from dsk.commands.options.keeping import log_option
from dsk.commands.options.network import network_options
from dsk.commands.options.output import shown_options
from dsk.commands.options.prompt import from_template, prompt_options, prompt_settings, template_settings
from dsk.commands.options.request import request_options, request_settings
from dsk.commands.options.sending import sending
from dsk.commands.options.session import session_options, session_wish

HELP = """Hold a conversation at the terminal.

The words of PROMPT, and what is piped in, are the first question; /help lists the commands.

\b
    dsk chat
    dsk chat -c
    dsk chat -f notes.txt "What is missing?"
"""


def _chat(**params: Any) -> Job:
    from dsk.chat.loop import chat
    from dsk.jobs.asking import AskSettings
    from dsk.output.settings import OutputSettings

    ctx = click.get_current_context()
    origins = sources(ctx)
    # What there is no option for.
    fixed = {**OutputSettings()._asdict(), "record": None, "until": None, "max_lines": None, "logprobs": None}
    settings = AskSettings(
        prompt=prompt_settings(params)._replace(template=template_settings(ctx)),
        request=request_settings({**fixed, **params}),
        from_file=frozenset(name for name, origin in origins.items() if origin == "file"),
        from_environment=frozenset(name for name, origin in origins.items() if origin == "environment"),
        from_template=from_template(ctx),
        sending=sending("chat", {**fixed, **params}, origins),
        wish=session_wish(params, origins),
        show=None,
    )
    return partial(chat, settings)


COMMAND = Command(
    "chat",
    _chat,
    [
        click.Argument(["prompt"], nargs=-1),
        *prompt_options(),
        *session_options(has_room=True),
        *(option for option in request_options() if option.name != "logprobs"),
        *shown_options(),
        log_option(),
        *network_options(),
    ],
    HELP,
    uses_defaults=True,
)
