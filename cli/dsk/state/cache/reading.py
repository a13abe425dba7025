"""The files of the cache as they are read: one an answer, named by its key, whole or not there."""

from __future__ import annotations

import os
import stat
from contextlib import suppress

SUFFIX = ".sse"


def file_of(folder: str, key: str) -> str:
    """The file of a key."""
    return f"{folder}/{key}{SUFFIX}"


def is_answer(name: str) -> bool:
    """Whether a file of this name holds an answer."""
    return name.endswith(SUFFIX) and not name.startswith(".")


def read(path: str) -> tuple[bytes, float] | None:
    """The bytes of a file and when it was written; None if there is none. Raises ``OSError``."""
    try:
        descriptor = os.open(path, os.O_RDONLY | os.O_CLOEXEC | os.O_NONBLOCK)
    except (FileNotFoundError, NotADirectoryError):
        return None
    with open(descriptor, "rb") as file:
        written = os.fstat(descriptor)
        if not stat.S_ISREG(written.st_mode):
            raise OSError(0, "not a regular file")
        return file.read(), written.st_mtime


def touch(path: str, written: float, now: float) -> None:
    """Note that the file was used, without changing when it was written."""
    with suppress(OSError):
        os.utime(path, (now, written))
