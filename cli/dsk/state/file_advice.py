"""What to do about a file of dsk's own that cannot be read or written."""

from __future__ import annotations

import errno
import os
from shlex import quote


def to_read(path: str) -> str:
    """The next step where the system does not let it be read."""
    return f"ls -ld {quote(path)} shows what it is and who may use it"


def to_write(path: str, error: OSError) -> str:
    """The next step where the system does not let it be written, made or removed."""
    if error.errno in (errno.ENOSPC, errno.EDQUOT):
        return f"free some room: df {quote(_nearest(path))} shows how much there is"
    if error.errno in (errno.ENOTDIR, errno.EEXIST):
        return f"move {quote(_nearest(path))} away: a folder is to be there"
    return f"ls -ld {quote(_nearest(path))} shows who may write there"


def _nearest(path: str) -> str:
    """The first above the file that there is: a folder, or what is in the place of one."""
    folder = os.path.dirname(path) or "."  # noqa: PTH120 - paths are texts here
    while folder != "/" and not os.path.lexists(folder):
        folder = os.path.dirname(folder) or "."  # noqa: PTH120
    return folder
