"""Standard input, read to its end, with a word to the user when it stays silent."""

from __future__ import annotations

import errno
import os
import select
import stat
from collections.abc import Callable

from dsk.errors import LocalFault
from dsk.world import STDIN

READ_SIZE = 1 << 20
SILENCE_MS = 2000


def read_stdin(say_waiting: Callable[[], None] | None) -> bytes:
    """All of stdin; b"" if it is closed.

    ``say_waiting`` is called once if stdin is a pipe or socket that stays silent for 2 s; then it goes on
    waiting. Raises ``LocalFault`` if stdin cannot be read.
    """
    pieces: list[bytes] = []
    try:
        if say_waiting and _can_stay_silent() and not _is_ready(SILENCE_MS):
            say_waiting()
        while True:
            try:
                piece = os.read(STDIN, READ_SIZE)
            except BlockingIOError:
                # Somebody else made the descriptor non-blocking; its bytes are wanted all the same.
                _is_ready(None)
                continue
            if not piece:
                return b"".join(pieces)
            pieces.append(piece)
    except OSError as error:
        # A closed stdin is an empty one.
        if error.errno == errno.EBADF:
            return b"".join(pieces)
        raise LocalFault("stdin cannot be read", error.strerror or str(error), hint="-I does not read it") from error


def is_directory() -> bool:
    """Whether stdin is a directory (``dsk ask < .``)."""
    return stat.S_ISDIR(os.fstat(STDIN).st_mode)


def _can_stay_silent() -> bool:
    mode = os.fstat(STDIN).st_mode
    return stat.S_ISFIFO(mode) or stat.S_ISSOCK(mode)


def _is_ready(timeout_ms: int | None) -> bool:
    poll = select.poll()
    poll.register(STDIN, select.POLLIN)
    return bool(poll.poll(timeout_ms))
