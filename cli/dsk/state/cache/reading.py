"""The files of the cache as they are read: one an answer, named by its key, whole or not there."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator
from contextlib import suppress
from typing import BinaryIO

SUFFIX = ".sse"
PIECE = 1 << 16


def file_of(folder: str, key: str) -> str:
    """The file of a key."""
    return f"{folder}/{key}{SUFFIX}"


def is_answer(name: str) -> bool:
    """Whether a file of this name holds an answer."""
    return name.endswith(SUFFIX) and not name.startswith(".")


def opened(path: str) -> tuple[BinaryIO, float] | None:
    """A file, open, and when it was written; None if there is none. Raises ``OSError``."""
    try:
        descriptor = os.open(path, os.O_RDONLY | os.O_CLOEXEC | os.O_NONBLOCK)
    except (FileNotFoundError, NotADirectoryError):
        return None
    written = os.fstat(descriptor)
    if not stat.S_ISREG(written.st_mode):
        os.close(descriptor)
        raise OSError(0, "not a regular file")
    return open(descriptor, "rb"), written.st_mtime


def pieces(file: BinaryIO, end: int) -> Iterator[bytes]:
    """The file from its beginning to the byte ``end``, so that not all of it is in the memory at once."""
    file.seek(0)
    while data := file.read(min(PIECE, end - file.tell())):
        yield data


def touch(path: str, written: float, now: float) -> None:
    """Note that the file was used, without changing when it was written."""
    with suppress(OSError):
        os.utime(path, (now, written))
