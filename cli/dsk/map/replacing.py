"""A file with other lines in the place of an output file: whatever ends it before, all is as it was."""

from __future__ import annotations

import fcntl
import os
import stat
from collections.abc import Callable, Iterable
from contextlib import suppress
from errno import EACCES, EBUSY, EDQUOT, ENOSPC, EWOULDBLOCK

from dsk.errors import LocalFault
from dsk.map.appending import Appender, fresh
from dsk.output.opening import described

PIECE = 1 << 20


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


def is_same(descriptor: int, place: str) -> bool:
    """Whether nobody has put another file there meanwhile."""
    try:
        return os.path.samestat(os.fstat(descriptor), os.stat(place))  # noqa: PTH116 - paths are texts here
    except OSError:
        return False


class NotReplaced(LocalFault):
    """A file could not be written anew, or that would have parted something: it is as it was."""


def replaced(descriptor: int, path: str, place: str, lines: Iterable[bytes], end: int) -> int:
    """Put a file of these lines in the place of the open one, with its owner and mode and locked as it is.

    The lines stand for the first ``end`` bytes; what other processes have added behind them is taken over as it is.
    The new descriptor. Raises ``NotReplaced``, or ``LocalFault`` if what was added at the last moment is lost.
    """
    _check(descriptor, path, place, end)
    new = f"{place}.new"
    try:
        written = fresh(new, 0o600)
    except IsADirectoryError as error:
        hint = "move it away, and give the same command again"
        raise _not_replaced(path, f"{new} is a folder", hint) from error
    except OSError as error:
        raise _not_replaced(path, f"cannot write to {new}: {described(error)}", _advice(error, path)) from error
    try:
        _liken(written, descriptor, path)
        lock(written, path)
        with open(written, "ab", closefd=False) as file:
            file.writelines(lines)
            at, seen = -1, end
            while at != seen:
                at = seen
                file.flush()
                os.fsync(written)
                seen = _take_over(descriptor, at, file.write)
        _check(descriptor, path, place, seen)
        os.replace(new, place)  # noqa: PTH105
    except BaseException as error:
        os.close(written)
        with suppress(FileNotFoundError):
            os.unlink(new)  # noqa: PTH108
        if isinstance(error, OSError):
            why = "it is a mount point" if error.errno == EBUSY else described(error)
            raise _not_replaced(path, why, _advice(error, path)) from error
        raise
    # Whoever opened it before has had until now.
    _take_over(descriptor, seen, Appender(written, path).write)
    os.close(descriptor)
    return written


def _check(descriptor: int, path: str, place: str, size: int) -> None:
    """Raise ``NotReplaced`` if a new file would part names of the one of ``size`` bytes, or remove another."""
    found = os.fstat(descriptor)
    if not is_same(descriptor, place):
        hint = "where it is there still, give the same command with its new name"
        raise _not_replaced(path, "it was moved or removed meanwhile", hint)
    if found.st_nlink > 1:
        raise _not_replaced(path, f"it has {found.st_nlink} hard links, which a new file would part")
    if found.st_size < size:
        raise _not_replaced(path, "another process has shortened it meanwhile", "give the same command again")


def _liken(written: int, descriptor: int, path: str) -> None:
    """Give a new file the owner, group and mode of the other. Raises ``NotReplaced``."""
    wanted, found = os.fstat(descriptor), os.fstat(written)
    if (wanted.st_uid, wanted.st_gid) != (found.st_uid, found.st_gid):
        try:
            os.fchown(written, wanted.st_uid, wanted.st_gid)
        except OSError as error:
            why = f"its owner and group cannot be kept: {described(error)}"
            raise _not_replaced(path, why) from error
    os.fchmod(written, stat.S_IMODE(wanted.st_mode))


def _take_over(descriptor: int, at: int, write: Callable[[bytes], object]) -> int:
    """Write what the file has from the byte ``at`` on; where that ends."""
    while data := os.pread(descriptor, PIECE, at):
        write(data)
        at += len(data)
    return at


def _advice(error: OSError, path: str) -> str:
    if error.errno in (ENOSPC, EDQUOT):
        return "free some room, and give the same command again"
    return _copy(path)


def _copy(path: str) -> str:
    return f"cp {path} COPY, and give the same command with -o COPY"


def _not_replaced(path: str, why: str, hint: str = "") -> NotReplaced:
    return NotReplaced(f"cannot write {path} anew", why, hint=hint or _copy(path))
