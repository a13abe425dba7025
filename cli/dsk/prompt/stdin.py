"""Standard input, read to its end, with a word to the user when it stays silent."""

from __future__ import annotations

import errno
import os
import select
import stat
from collections.abc import Callable, Iterator

from dsk.errors import LocalFault, UsageFault
from dsk.prompt.text import HEAD, picture_kind, text_of
from dsk.world import STDIN

READ_SIZE = 1 << 20
SILENCE_MS = 2000
#: Bytes: several times what the largest context holds.
LIMIT = 64 << 20


def read_stdin(say_waiting: Callable[[], None] | None, *, takes_image: bool = False) -> bytes:
    """All of stdin, which is text, or with ``takes_image`` a picture; b"" if it is closed.

    ``say_waiting`` is called once if stdin is a pipe or socket that stays silent for 2 s; then it goes on
    waiting. Raises ``LocalFault`` if stdin cannot be read, and ``UsageFault`` as soon as a NUL is seen, or more
    than ``LIMIT`` bytes: neither would ever come to an end of, say, /dev/zero.
    """
    pieces: list[bytes] = []
    size = 0
    # Not known until its first bytes have come.
    is_text = None if takes_image else True
    for piece in _pieces(say_waiting):
        pieces.append(piece)
        size += len(piece)
        if is_text is None and size >= HEAD:
            piece = b"".join(pieces)
            is_text = picture_kind(piece) is None
        nul = piece.find(b"\0") if is_text else -1
        if nul >= 0:
            # It raises: what is before the NUL is looked at too, to name the first byte that is wrong.
            text_of(b"".join(pieces)[: size - len(piece) + nul + 1], "stdin")
        if size > LIMIT:
            raise UsageFault(
                "stdin is too long",
                f"it has more than {LIMIT >> 20} MiB, and no model reads as much",
                hint="send the part of it that matters: head -c, sed, grep",
            )
    return b"".join(pieces)


def read_start(say_waiting: Callable[[], None] | None, size: int) -> bytes:
    """The first bytes of stdin, whatever they are: all of it, or at least ``size``. Raises ``LocalFault``."""
    data = b""
    for piece in _pieces(say_waiting):
        data += piece
        if len(data) >= size:
            break
    return data


def _pieces(say_waiting: Callable[[], None] | None) -> Iterator[bytes]:
    try:
        if say_waiting:
            say_if_silent(say_waiting)
        while True:
            try:
                piece = os.read(STDIN, READ_SIZE)
            except BlockingIOError:
                # Somebody else made the descriptor non-blocking; its bytes are wanted all the same.
                _is_ready(None)
                continue
            if not piece:
                return
            yield piece
    except OSError as error:
        # A closed stdin is an empty one.
        if error.errno == errno.EBADF:
            return
        raise LocalFault("stdin cannot be read", error.strerror or str(error), hint="-I does not read it") from error


def say_if_silent(say_waiting: Callable[[], None]) -> None:
    """Call it if stdin is a pipe or socket that stays silent for 2 s. Raises ``OSError``."""
    if can_stay_silent() and not _is_ready(SILENCE_MS):
        say_waiting()


def is_directory() -> bool:
    """Whether stdin is a directory (``dsk ask < .``)."""
    return stat.S_ISDIR(os.fstat(STDIN).st_mode)


def can_stay_silent() -> bool:
    """Whether it is a pipe or a socket, whose other end may take any time."""
    mode = os.fstat(STDIN).st_mode
    return stat.S_ISFIFO(mode) or stat.S_ISSOCK(mode)


def _is_ready(timeout_ms: int | None) -> bool:
    poll = select.poll()
    poll.register(STDIN, select.POLLIN)
    return bool(poll.poll(timeout_ms))
