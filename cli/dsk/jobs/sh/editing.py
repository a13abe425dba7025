"""A command changed by the user: one line at a prompt, several lines in the editor."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dsk.jobs.sh.text import without_hidden

if TYPE_CHECKING:
    from dsk.world import World

PROMPT = "> "
LOST = "the command is as it was"


def edited(command: str, world: World) -> str:
    """The command as the user leaves it; what would not show is taken out before. Left empty it is as it was.

    Raises ``LocalFault`` if the editor fails, ``UsageFault`` if what it leaves is not text.
    """
    text = without_hidden(command)
    line = None if "\n" in text else _line(text)
    if line is None:
        from dsk.prompt.editor import edit

        line = edit(text, world.env, name="command.sh", lost=LOST)
    return line.replace("\r\n", "\n").strip() or command


def _line(text: str) -> str | None:
    """The line as it is entered, with all that readline offers; None if this Python has none."""
    try:
        import readline
    except ImportError:
        return None
    readline.set_startup_hook(lambda: readline.insert_text(text))
    try:
        return input(PROMPT)
    except EOFError:
        return ""
    finally:
        readline.set_startup_hook(None)
