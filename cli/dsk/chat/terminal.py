"""The terminal that a conversation is typed at, which need not be stdin."""

from __future__ import annotations

import os
import termios
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING

from dsk.errors import UsageFault
from dsk.world import STDIN, STDOUT

if TYPE_CHECKING:
    from dsk.world import World

TERMINAL = "/dev/tty"


@contextmanager
def open_terminal(world: World) -> Iterator[int]:
    """The descriptor that is typed at: stdin, or the terminal of this process where stdin leads elsewhere.

    Raises ``UsageFault`` if there is none, or nobody would see what is answered.
    """
    advice = "dsk ask answers one question; -c goes on with a conversation, in a pipe as well"
    if not world.is_terminal(STDOUT):
        raise UsageFault("dsk chat writes to a terminal, not to a file or a pipe", hint=advice)
    if world.is_terminal(STDIN):
        yield STDIN
        return
    try:
        descriptor = os.open(TERMINAL, os.O_RDWR | os.O_NOCTTY | os.O_CLOEXEC)
    except OSError as error:
        raise UsageFault("dsk chat is for a terminal", "there is none to type at", hint=advice) from error
    try:
        yield descriptor
    finally:
        os.close(descriptor)


def forget(descriptor: int) -> None:
    """Take away what was typed and not read."""
    with suppress(termios.error):
        termios.tcflush(descriptor, termios.TCIFLUSH)
