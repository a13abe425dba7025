"""Files that are named in a conversation, where no shell knows what ~ is."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Callable, Mapping
from contextlib import suppress

from dsk.errors import LocalFault
from dsk.output.opening import described
from dsk.state.paths import home


def expanded(path: str, env: Mapping[str, str]) -> str:
    """The path with the home in the place of a ~ before its first slash."""
    return home(env) + path[1:] if path == "~" or path.startswith("~/") else path


def write_new(path: str, text: str, may_replace: Callable[[], bool]) -> bool:
    """Write a file whole or not at all; ``may_replace`` is asked if it is there already. Whether it was written.

    Raises ``LocalFault``.
    """
    data = text.encode("utf-8", "replace")
    try:
        try:
            descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o666)
        except FileExistsError:
            if not may_replace():
                return False
            _replace(os.path.realpath(path), data)
            return True
        try:
            _write(descriptor, data)
        except OSError:
            os.unlink(path)  # noqa: PTH108 - as all paths here
            raise
    except (OSError, ValueError) as error:
        why = described(error) if isinstance(error, OSError) else str(error)
        raise LocalFault(f"cannot write to {path}", why, hint="/save FILE names another one") from error
    return True


def _replace(path: str, data: bytes) -> None:
    """Put a new file in the place of an old one, with its mode; what is no file, as /dev/null, is written to."""
    if not os.path.isfile(path):  # noqa: PTH113
        _write(os.open(path, os.O_WRONLY | os.O_CLOEXEC), data)
        return
    descriptor, made = tempfile.mkstemp(dir=os.path.dirname(path), prefix=".dsk-")  # noqa: PTH120
    try:
        os.fchmod(descriptor, os.stat(path).st_mode & 0o777)  # noqa: PTH116
        _write(descriptor, data)
        os.replace(made, path)  # noqa: PTH105
    except BaseException:
        with suppress(OSError):
            os.unlink(made)  # noqa: PTH108
        raise


def _write(descriptor: int, data: bytes) -> None:
    with os.fdopen(descriptor, "wb") as file:
        file.write(data)
