"""The user's editor on the prompt."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path

from dsk.errors import LocalFault
from dsk.prompt.text import text_of

FALLBACK = "vi"


def edit(text: str, env: Mapping[str, str], *, name: str = "prompt.md", lost: str = "nothing was sent") -> str:
    """The text as the user leaves it in $VISUAL or $EDITOR.

    ``name`` is that of the file, by which editors choose how to show it; ``lost`` says what comes of a failure. The
    value is a shell command, as git and crontab take it. A file that it removed is an empty text. Raises
    ``LocalFault`` if the editor cannot be run, does not end with success or leaves something that cannot be read,
    ``UsageFault`` if what it leaves is not text.
    """
    import shlex
    import subprocess
    import tempfile

    command = env.get("VISUAL") or env.get("EDITOR") or FALLBACK
    with tempfile.TemporaryDirectory(prefix="dsk-") as folder:
        path = Path(folder, name)
        path.write_bytes(text.encode())
        # stdin and stdout may be a pipe's ends; the editor talks to the terminal.
        terminal = _terminal()
        try:
            done = subprocess.run(
                f"{command} {shlex.quote(str(path))}",
                shell=True,
                check=False,
                stdin=terminal,
                stdout=terminal,
            )
        finally:
            if terminal is not None:
                os.close(terminal)
        if done.returncode != 0:
            raise LocalFault(
                f"the editor {command!r} failed",
                f"exit status {done.returncode}",
                hint=f"set VISUAL or EDITOR; {lost}",
            )
        try:
            return text_of(path.read_bytes(), "what the editor left")
        except FileNotFoundError:
            return ""
        except OSError as error:
            why = (error.strerror or str(error)).lower()
            raise LocalFault("what the editor left cannot be read", why, hint=lost) from error


def _terminal() -> int | None:
    try:
        return os.open("/dev/tty", os.O_RDWR)
    except OSError:
        return None
