"""From what the user named, a descriptor's number or a path, to an open descriptor.

All failures come from here before a request is sent, and name the option.
"""

from __future__ import annotations

import errno
import fcntl
import os

from dsk.errors import LocalFault, UsageFault
from dsk.records import NamedTuple
from dsk.world import STDERR, STDIN, STDOUT

NAMED_DESCRIPTORS = {"/dev/stdin": STDIN, "/dev/stdout": STDOUT, "/dev/stderr": STDERR}
DESCRIPTOR_FOLDERS = ("/dev/fd/", "/proc/self/fd/")
CLOSED_HINT = "have it open for writing: > FILE, or > /dev/null"
STANDARD_NAMES = {STDOUT: "stdout", STDERR: "stderr"}


class Opened(NamedTuple):
    """An open descriptor; ``is_new`` says that opening it made the file."""

    descriptor: int
    is_new: bool


def described(error: OSError) -> str:
    """The system's reason in the style of our messages."""
    text = error.strerror or str(error)
    return text[:1].lower() + text[1:]


def advice(error: OSError) -> str:
    """What to do about an output that cannot be written."""
    if error.errno in (errno.ENOSPC, errno.EDQUOT):
        return "free some room, or write elsewhere"
    return CLOSED_HINT if error.errno == errno.EBADF else "write elsewhere"


def descriptor_in(path: str) -> int | None:
    """The descriptor that a path like /dev/fd/3 stands for, else None.

    It is used as it is: opening the path would begin the file anew, lose ``>>``, and fail for a socket.
    """
    if path in NAMED_DESCRIPTORS:
        return NAMED_DESCRIPTORS[path]
    for folder in DESCRIPTOR_FOLDERS:
        if path.startswith(folder):
            return as_number(path[len(folder) :])
    return None


def as_number(text: str) -> int | None:
    """The number that the text is, else None."""
    # No descriptor has so many digits, and no message needs more.
    return int(text[:100]) if text.isascii() and text.isdigit() else None


def is_writable(descriptor: int) -> bool:
    """Whether the descriptor is open, and open for writing."""
    try:
        flags = fcntl.fcntl(descriptor, fcntl.F_GETFL)
    except (OSError, OverflowError):
        return False
    return flags & os.O_ACCMODE != os.O_RDONLY


def check_descriptor(descriptor: int, option: str) -> None:
    """Raise ``UsageFault`` if nothing can be written to the descriptor that an option names, or if the shell has not
    opened it."""
    if not is_writable(descriptor) or _is_ours(descriptor):
        raise UsageFault(
            f"{option} {descriptor}",
            f"descriptor {descriptor} is not open for writing",
            hint=f"open it in the shell, as in {option} {descriptor} {descriptor}>FILE",
        )


def _is_ours(descriptor: int) -> bool:
    """Whether an open descriptor was opened by this process: all of these close on exec, and none that it was started
    with does."""
    return bool(fcntl.fcntl(descriptor, fcntl.F_GETFD) & fcntl.FD_CLOEXEC)


def open_path(path: str, option: str, *, truncate: bool, mode: int = 0o666) -> Opened:
    """Open a file for writing and make it if it is not there. Raises ``LocalFault``.

    The descriptor is never 0, 1 or 2: a standard stream that was closed at the start stays closed.
    """
    flags = os.O_WRONLY | os.O_CLOEXEC | os.O_NOCTTY
    try:
        try:
            descriptor, is_new = os.open(path, flags | os.O_CREAT | os.O_EXCL, mode), True
        except FileExistsError:
            # O_CREAT once more, for a link to a file that is not there.
            flags |= os.O_CREAT | (os.O_TRUNC if truncate else 0)
            descriptor, is_new = os.open(path, flags, mode), False
        return Opened(_above_standard(descriptor), is_new)
    except (OSError, ValueError) as error:
        why = described(error) if isinstance(error, OSError) else str(error)
        raise LocalFault(f"cannot write to {path or repr(path)}", why, hint=f"{option} names another file") from error


def place_of(path: str) -> str:
    """What all names of a file have in common."""
    # No file has a NUL in its name; opening it will say so.
    return path if "\0" in path else os.path.realpath(path)


def _above_standard(descriptor: int) -> int:
    if descriptor > STDERR:
        return descriptor
    higher = fcntl.fcntl(descriptor, fcntl.F_DUPFD_CLOEXEC, STDERR + 1)
    os.close(descriptor)
    return higher
