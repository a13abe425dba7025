"""The ``dsk`` command itself: the table of all commands."""

from __future__ import annotations

import click

from dsk import __version__
from dsk.commands.group import Group
from dsk.commands.helping import show
from dsk.commands.option import Option

COMMANDS = {
    "ask": ("dsk.commands.ask:COMMAND", "Ask one question and stream the answer."),
    "chat": ("dsk.commands.chat:COMMAND", "Hold a conversation at the terminal."),
    "sh": ("dsk.commands.sh:COMMAND", "Propose a shell command, run it after a yes."),
    "fim": ("dsk.commands.fim:COMMAND", "Fill in the middle of a text, at the cursor."),
    "test": ("dsk.commands.test:COMMAND", "Ask for a yes or no, as exit status."),
    "grep": ("dsk.commands.grep:COMMAND", "Print the lines that a description fits."),
    "map": ("dsk.commands.map:COMMAND", "Ask of every record of a file."),
    "log": ("dsk.commands.log:COMMAND", "Look at earlier runs."),
    "usage": ("dsk.commands.usage:COMMAND", "Sum up tokens and what they cost."),
    "session": ("dsk.commands.session:COMMAND", "List, show, fork and undo conversations."),
    "template": ("dsk.commands.template:COMMAND", "Keep prompts in files."),
    "key": ("dsk.commands.key:COMMAND", "Set, find or remove the API key."),
    "config": ("dsk.commands.config:COMMAND", "Show every setting and where it comes from."),
    "profile": ("dsk.commands.profile:COMMAND", "List, add and choose servers."),
    "check": ("dsk.commands.check:COMMAND", "Look at all that a question needs."),
    "cache": ("dsk.commands.cache:COMMAND", "List and remove answers that are kept."),
    "send": ("dsk.commands.send:COMMAND", "Send a request body, stream the answer."),
    "decode": ("dsk.commands.decode:COMMAND", "Decode SSE frames into an answer."),
    "replay": ("dsk.commands.replay:COMMAND", "Play a recorded answer once more."),
    "models": ("dsk.commands.models:COMMAND", "List the server's models."),
    "balance": ("dsk.commands.balance:COMMAND", "Show the account's balance."),
    "serve": ("dsk.commands.serve:COMMAND", "Run the scripted endpoint for tests."),
    "completion": ("dsk.commands.completion:COMMAND", "Print the completion script of a shell."),
}

#: Those that the short help only names: it is one screen.
RARE = frozenset({"profile", "check", "cache", "send", "decode", "replay", "models", "balance", "serve", "completion"})

HELP = """\b
Stream answers of DeepSeek and any OpenAI-compatible server to stdout:
    git diff | dsk ask "Write a commit message" | tee msg.txt
"""


def _show_version(ctx: click.Context, _param: click.Parameter, wanted: bool) -> None:
    if wanted and not ctx.resilient_parsing:
        show(f"dsk {__version__}")
        ctx.exit()


ROOT = Group("dsk", COMMANDS, HELP, RARE)
ROOT.params.insert(
    0,
    Option(
        ["-V", "--version"],
        group="General",
        env=False,
        is_flag=True,
        is_eager=True,
        expose_value=False,
        callback=_show_version,
        help="Show the version and exit.",
    ),
)
