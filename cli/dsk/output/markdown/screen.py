"""The screen that an answer is shown on: its size, and what it can do."""

from __future__ import annotations

import os
from collections.abc import Mapping

from dsk.records import NamedTuple

# What https://github.com/Alhadis/OSC8-Adoption names, by the variables that these terminals set.
_LINKING_VARIABLES = ("KITTY_WINDOW_ID", "WT_SESSION", "KONSOLE_VERSION", "DOMTERM", "GHOSTTY_RESOURCES_DIR")
_LINKING_PROGRAMS = ("iTerm.app", "WezTerm", "vscode", "ghostty", "Hyper", "Tabby", "rio", "WarpTerminal")
_LINKING_TERMS = ("xterm-kitty", "xterm-ghostty", "alacritty", "foot", "wezterm", "contour", "rio")
# The first release of VTE, in its own counting, and of tmux that pass links on.
_VTE, _TMUX = 5000, (3, 4)


class Size(NamedTuple):
    """Cells in a row, and rows."""

    width: int
    height: int


USUAL = Size(80, 24)


def size_of(descriptor: int, env: Mapping[str, str]) -> Size:
    """The size of the terminal; what it does not know comes from COLUMNS and LINES, and else is usual."""
    try:
        width, height = os.get_terminal_size(descriptor)
    except OSError:
        width = height = 0
    return Size(
        width or _number(env.get("COLUMNS")) or USUAL.width,
        height or _number(env.get("LINES")) or USUAL.height,
    )


def has_links(env: Mapping[str, str]) -> bool:
    """Whether the terminal is known to make links of OSC 8. FORCE_HYPERLINK says so in any case, or, set to 0, not."""
    if "FORCE_HYPERLINK" in env:
        return env["FORCE_HYPERLINK"] not in ("", "0")
    program, term = env.get("TERM_PROGRAM", ""), env.get("TERM", "")
    if "TMUX" in env or term.startswith(("tmux", "screen")):
        version = env.get("TERM_PROGRAM_VERSION", "").rstrip("abcdefgh").partition(".")
        return program == "tmux" and (_number(version[0]), _number(version[2])) >= _TMUX
    return (
        any(name in env for name in _LINKING_VARIABLES)
        or program in _LINKING_PROGRAMS
        or any(term.startswith(name) for name in _LINKING_TERMS)
        or _number(env.get("VTE_VERSION")) >= _VTE
    )


def _number(text: str | None) -> int:
    return int(text) if text and text.isascii() and text.isdecimal() else 0
