"""What /help says, as wide as the terminal. Pure."""

from __future__ import annotations

import textwrap
from collections.abc import Iterator

from dsk.chat.commands import COMMANDS

KEYS = {
    "Enter": "Send what is typed.",
    "Alt-Enter": "Begin a new line; so does Enter after a backslash.",
    "Tab": "Complete a command, a model, a file or a session.",
    "Up, ^R": "Bring back what was typed before; search it.",
    "^C": "Stop the answer, and keep it; at the prompt, take away what is typed.",
    "^D": "Leave.",
}
#: From so many columns on, names and explanations stand side by side.
WIDE = 72
INDENT = "  "


def all_help(columns: int) -> str:
    """Commands and keys."""
    commands = {f"/{name} {command.usage}".strip(): command.help for name, command in COMMANDS.items()}
    beside = max(map(len, (*commands, *KEYS))) + 2 if columns >= WIDE else 0
    rows = [*_rows(commands, beside, columns), "", *_rows(KEYS, beside, columns)]
    return "\n".join([*rows, "", *textwrap.wrap("All else is said to the model; // sends a first slash.", columns)])


def help_of(name: str, columns: int) -> str:
    """One command."""
    command = COMMANDS[name]
    return "\n".join(_rows({f"/{name} {command.usage}".strip(): command.help}, 0, columns))


def _rows(table: dict[str, str], beside: int, columns: int) -> Iterator[str]:
    for name, text in table.items():
        if beside:
            yield textwrap.fill(text, columns - 1, initial_indent=name.ljust(beside), subsequent_indent=" " * beside)
        else:
            yield name
            yield textwrap.fill(text, columns - 1, initial_indent=INDENT, subsequent_indent=INDENT)
