"""Lines that wait for an earlier one are kept on disk meanwhile, so that a killed process loses none of them.

They lie in a file beside the output file, and go from there when they have got into it. A line that is in both,
because the process was killed in between, is known by its bytes: no two are the same.
"""

from __future__ import annotations

import os
import stat
from collections.abc import Iterable

from dsk.errors import LocalFault
from dsk.map.appending import Appender, fresh
from dsk.output.opening import described

SUFFIX = ".waiting"
#: Bytes that may lie in the file for nothing before it is written anew.
SLACK = 4 << 20


class Journal:
    """The file of one run. Not for two threads at a time."""

    def __init__(self, path: str) -> None:
        """``path`` is that of the journal; it is made when there is something to keep. Raises ``LocalFault``."""
        self._path = path
        self._size = 0
        self._appender: Appender | None = None

    def add(self, line: bytes) -> None:
        """Keep a line. Raises ``LocalFault``."""
        if self._appender is None:
            self._appender = self._opened(self._path)
        self._appender.write(line)
        self._size += len(line)

    def settle(self, waiting: Iterable[bytes], size: int) -> None:
        """These lines of so many bytes wait still; the others need not be kept. Raises ``LocalFault``."""
        if self._appender is None or self._size <= size:
            return
        if not size:
            os.ftruncate(self._appender.descriptor, 0)
            self._size = 0
        elif self._size > 2 * size + SLACK:
            anew = self._opened(f"{self._path}.new")
            for line in waiting:
                anew.write(line)
            os.replace(f"{self._path}.new", self._path)  # noqa: PTH105 - paths are texts here
            os.close(self._appender.descriptor)
            self._appender, self._size = anew, size

    def close(self) -> None:
        """Remove the file if nothing is in it."""
        if self._appender is not None:
            os.close(self._appender.descriptor)
            self._appender = None
            if not self._size:
                os.unlink(self._path)  # noqa: PTH108

    def _opened(self, path: str) -> Appender:
        try:
            return Appender(fresh(path, 0o666), path)
        except OSError as error:
            raise LocalFault(
                f"cannot write to {path}", described(error), hint="--unordered needs no such file"
            ) from error


def check_journal(path: str) -> None:
    """Raise ``LocalFault`` for what lies there and is no journal: nothing is read or written through a link."""
    try:
        mode = os.lstat(path).st_mode
    except OSError:
        return
    if not stat.S_ISREG(mode):
        why = "it is a symbolic link" if stat.S_ISLNK(mode) else "it is no plain file"
        raise LocalFault(f"cannot write to {path}", why, hint="move it away, and give the same command again")
