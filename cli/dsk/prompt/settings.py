"""What the command line says about the prompt."""

from __future__ import annotations

from typing import NamedTuple


class PromptSettings(NamedTuple):
    """``ignore_stdin`` None means that nothing was said: DSK_STDIN decides. ``system_name`` is what the system
    message is called in an error."""

    words: tuple[str, ...] = ()
    files: tuple[str, ...] = ()
    system: str | None = None
    system_name: str = "--system"
    editor: bool = False
    ignore_stdin: bool | None = None
