"""A command as the user sees it, and what in it the user would not see."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from dsk.output.escapes import firewall
from dsk.output.sinks import write_out_all
from dsk.unseen import UNSEEN
from dsk.world import STDOUT

if TYPE_CHECKING:
    from dsk.world import World

SPACE = " "
_UNSEEN = re.compile(f"[{UNSEEN}]")


def hidden_in(command: str) -> list[str]:
    """The characters that do something else on a screen than show themselves, each once, as ``U+202E``.

    Controls, joiners, spaces that are none to a shell and what shows nothing: all but newline, tab, and printable
    characters that can be seen.
    """
    return list(dict.fromkeys(f"U+{ord(char):04X}" for char in command if _is_hidden(char)))


def without_hidden(command: str) -> str:
    """The command without these; a space of another kind becomes a space."""
    return "".join((SPACE if char.isspace() else "") if _is_hidden(char) else char for char in command)


def shown(command: str) -> str:
    """The command with every one of these visible."""
    return "".join(f"<U+{ord(char):04X}>" if _is_hidden(char) else char for char in on_screen(command))


def on_screen(text: str) -> str:
    """What the firewall leaves of a text that is written to a terminal."""
    wall = firewall("show")
    return wall.feed(text) + wall.close()


def write_command(command: str, world: World) -> None:
    """Show the whole command on the terminal that stdout is."""
    world.is_mid_line = False
    write_out_all(STDOUT, f"{shown(command)}\n".encode("utf-8", "replace"))


def _is_hidden(char: str) -> bool:
    return char not in "\n\t" and (not char.isprintable() or _UNSEEN.match(char) is not None)
