"""One descriptor that bytes are written to, whole and in order, whatever it is: file, pipe, terminal, socket.

Bytes are collected by ``put`` and leave together in ``flush``. What a sink's failure means for the run is
decided by whoever owns it.
"""

from __future__ import annotations

import io
import os
import stat
from collections.abc import Callable
from typing import TypeAlias

#: What has bytes written, and what writes them now. Both raise ``OSError``.
Direct: TypeAlias = tuple[Callable[[bytes], object], Callable[[], object]]

BUFFER_SIZE = 128 * 1024
# Seconds in which a reader must take something, once the run is to end.
HURRY = 1.0


class Sink:
    """A descriptor, its name in messages, and what is still to be written there."""

    def __init__(self, descriptor: int, name: str, *, owned: bool = False) -> None:
        """``owned`` descriptors are closed by ``close``. Raises ``OSError`` if the descriptor is not open."""
        self.descriptor = descriptor
        self.name = name
        self._owned = owned
        self._pending = bytearray()
        self._raw = io.FileIO(descriptor, "wb", closefd=False)
        # The buffer's own loop, unlike one over os.write, knows how much has left when a signal ends it in the
        # middle of a write: so nothing is lost or written twice when flushing goes on after ^C. What fills it to
        # the brim would pass it by.
        self._writer = io.BufferedWriter(self._raw, BUFFER_SIZE + 1)
        self._is_lost = False
        self._is_hurried = False

    def put(self, data: bytes) -> None:
        """Have the bytes leave with the next ``flush``. Once writing has failed they are dropped."""
        if not self._is_lost:
            self._pending += data

    def flush(self) -> None:
        """Write everything: up to 128 KiB in one write, if the descriptor takes it.

        Waits for a full pipe, also for one that does not block. Raises ``OSError``, and writes nothing any more
        after that.
        """
        if self._is_lost:
            return
        try:
            # What a signal has kept from leaving.
            self._drain()
            while self._pending and not self._is_lost:
                self._writer.write(self._pending[:BUFFER_SIZE])
                del self._pending[:BUFFER_SIZE]
                self._drain()
        except OSError:
            self._lose()
            raise
        except BaseException:
            # A second signal in a hurry: nothing may wait any more, not even the buffer as it is thrown away.
            if self._is_hurried:
                self._lose()
            raise

    def direct(self) -> Direct | None:
        """What ``put`` and ``flush`` do with up to 64 KiB, in two steps, until one of them is called or raises: then
        ``flush`` goes on with what is left. None if something waits already."""
        if self._pending or self._is_lost:
            return None
        return self._writer.write, self._writer.flush

    def hurry(self) -> None:
        """From now on wait for a reader that reads, and give up one that does not: the run is to end."""
        if not self._is_hurried and not self._is_lost:
            self._is_hurried = True
            os.set_blocking(self.descriptor, False)

    def truncate(self) -> None:
        """Empty a regular file; others have nothing to be emptied."""
        if stat.S_ISREG(os.fstat(self.descriptor).st_mode):
            os.ftruncate(self.descriptor, 0)

    def close(self) -> None:
        """Let go of the descriptor. Raises ``OSError`` if a file system says only now that it could not write."""
        self._lose()
        if self._owned:
            self._owned = False
            os.close(self.descriptor)

    def _drain(self) -> None:
        while True:
            try:
                self._writer.flush()
            except BlockingIOError:
                if not _wait_writable(self.descriptor, HURRY if self._is_hurried else None):
                    self._lose()
                    return
            else:
                return

    def _lose(self) -> None:
        if self._is_hurried and not self._is_lost:
            # The descriptor is shared with the shell, which has a right to find it as it was.
            os.set_blocking(self.descriptor, True)
        self._is_lost = True
        self._pending.clear()
        # Closing the raw file underneath keeps the buffer from trying again when it is collected.
        self._raw.close()


def _wait_writable(descriptor: int, seconds: float | None) -> bool:
    """Wait until something is taken; False if it takes longer."""
    import select

    poll = select.poll()
    poll.register(descriptor, select.POLLOUT)
    return bool(poll.poll(None if seconds is None else seconds * 1000))
