"""Text to the clipboard: by the program that this desktop has for it, else by the terminal itself (OSC 52)."""

from __future__ import annotations

import base64
import os
import subprocess
from typing import TYPE_CHECKING

from dsk.errors import LocalFault
from dsk.output.sinks import write_out_all
from dsk.world import STDOUT

if TYPE_CHECKING:
    from collections.abc import Mapping

    from dsk.world import World

#: A variable that must be set for each program to work, "" if none need be. -w: tmux hands it on to its terminal.
PROGRAMS = (
    ("TMUX", ("tmux", "load-buffer", "-w", "-")),
    ("WAYLAND_DISPLAY", ("wl-copy",)),
    ("DISPLAY", ("xclip", "-selection", "clipboard")),
    ("DISPLAY", ("xsel", "--clipboard", "--input")),
    ("", ("pbcopy",)),
    ("", ("termux-clipboard-set",)),
    ("", ("clip.exe",)),
)


def copy(text: str, world: World) -> str:
    """Copy it, and say how. Raises ``LocalFault`` if the program for it fails, or nothing can."""
    for variable, command in PROGRAMS:
        if variable and not world.env.get(variable):
            continue
        if _is_there(command[0], world.env):
            done = subprocess.run(
                command, input=text.encode(), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, check=False
            )
            if done.returncode:
                why = f"{command[0]} ended with status {done.returncode}"
                raise LocalFault("nothing is copied", why, hint=f"echo x | {' '.join(command)} shows what it says")
            return f"copied, by {command[0]}"
    if world.env.get("TERM") == "dumb":
        raise LocalFault(
            "nothing is copied",
            "the terminal cannot, and no wl-copy, xclip, xsel or pbcopy is there",
            hint="install one of these, or select the text with the mouse",
        )
    code = base64.b64encode(text.encode()).decode()
    write_out_all(STDOUT, f"\x1b]52;c;{code}\x07".encode())
    return "the terminal was told to copy it"


def _is_there(program: str, env: Mapping[str, str]) -> bool:
    return any(os.access(f"{folder}/{program}", os.X_OK) for folder in env.get("PATH", os.defpath).split(":") if folder)
