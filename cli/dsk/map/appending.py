"""Lines to a descriptor, each in one write.

To a file that is open for appending a write is one piece, whoever else appends to it, and a process that is killed has
written all of a line or nothing.
"""

from __future__ import annotations

import errno
import os
import select
import stat
from contextlib import suppress

from dsk.errors import Failure, LocalFault, ReaderGone
from dsk.output.opening import advice, described

READER_GONE = (errno.EPIPE, errno.ECONNRESET)


class Appender:
    """Writes to a descriptor, which has a name in messages."""

    def __init__(self, descriptor: int, name: str) -> None:
        self.descriptor = descriptor
        self.name = name
        self._patience: float | None = None
        self._failure: Failure | None = None

    def write(self, data: bytes) -> None:
        """Write all of it. Waits for a reader that is slow. Raises ``ReaderGone`` or ``LocalFault``.

        After that nothing is written any more: the last line may be torn, and another would be joined to it.
        """
        if self._failure:
            raise self._failure
        try:
            self._write(data)
        except Failure as failure:
            self._failure = failure
            raise

    def hurry(self, seconds: float) -> None:
        """From now on wait no longer than this for a reader."""
        self._patience = seconds
        os.set_blocking(self.descriptor, False)

    def calm(self) -> None:
        """Leave the descriptor as it was: it is shared with the shell."""
        if self._patience is not None:
            os.set_blocking(self.descriptor, True)

    def _write(self, data: bytes) -> None:
        view = memoryview(data)
        while view:
            try:
                view = view[os.write(self.descriptor, view) :]
            except BlockingIOError:
                self._wait()
            except OSError as error:
                raise self._fault(error) from error

    def _wait(self) -> None:
        poll = select.poll()
        poll.register(self.descriptor, select.POLLOUT)
        if not poll.poll(None if self._patience is None else self._patience * 1000):
            raise LocalFault(f"cannot write to {self.name}", "nobody reads it", hint="a file takes all at once: > FILE")

    def _fault(self, error: OSError) -> Failure:
        if error.errno in READER_GONE:
            return ReaderGone(f"{self.name} is closed")
        return LocalFault(f"cannot write to {self.name}", described(error), hint=advice(error))


def fresh(path: str, mode: int) -> int:
    """Make an empty file for appending, and remove what lay there: a link is not followed.

    Raises ``OSError``, of which ``IsADirectoryError`` says that a folder is there.
    """
    with suppress(FileNotFoundError):
        if stat.S_ISDIR(os.lstat(path).st_mode):
            raise IsADirectoryError(errno.EISDIR, os.strerror(errno.EISDIR), path)
        os.unlink(path)  # noqa: PTH108 - paths are texts here
    flags = os.O_RDWR | os.O_APPEND | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC
    return os.open(path, flags, mode)
