"""A file with other lines in the place of an output file: whatever ends it before, all is as it was."""

from __future__ import annotations

import fcntl
import os
import stat
from collections.abc import Iterable
from errno import EACCES, EWOULDBLOCK

from dsk.errors import LocalFault
from dsk.map.appending import Appender
from dsk.output.opening import described


def open_file(path: str, place: str, flags: int) -> int:
    """Open ``place`` for reading and appending; it is called ``path`` in messages. Raises ``LocalFault``."""
    try:
        return os.open(place, os.O_RDWR | os.O_APPEND | os.O_CLOEXEC | os.O_NOCTTY | flags, 0o666)
    except (OSError, ValueError) as error:
        why = described(error) if isinstance(error, OSError) else str(error)
        raise LocalFault(f"cannot write to {path}", why, hint="--output names another file") from error


def lock(descriptor: int, path: str) -> None:
    """Keep other runs out. Raises ``LocalFault`` if one is there already."""
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError as error:
        # Some file systems know no locks: then nobody can be kept out.
        if error.errno in (EWOULDBLOCK, EACCES):
            raise in_use(path) from error


def in_use(path: str) -> LocalFault:
    """What there is to say of a file that another run has."""
    return LocalFault(f"{path} is in use", "another dsk map writes to it", hint="wait for it, or name another file")


def replaced(descriptor: int, path: str, place: str, lines: Iterable[bytes]) -> int:
    """Put a file of these lines in the place of the open one, with its mode and locked as it is; its descriptor.

    Raises ``LocalFault``.
    """
    new = f"{place}.new"
    written = open_file(new, new, os.O_CREAT | os.O_TRUNC)
    try:
        lock(written, path)
        os.fchmod(written, stat.S_IMODE(os.fstat(descriptor).st_mode))
        appender = Appender(written, new)
        for line in lines:
            appender.write(line)
        os.fsync(written)
    except BaseException:
        os.unlink(new)  # noqa: PTH108 - paths are texts here
        raise
    os.replace(new, place)  # noqa: PTH105
    os.close(descriptor)
    return written
