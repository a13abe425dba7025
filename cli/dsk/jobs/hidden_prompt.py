"""A line that the user types and the terminal does not show.

Unlike getpass(3) it outlives a stop: ^Z gives the terminal back as it was, and whoever goes on is asked again,
with nothing shown, whatever the shell has done to the terminal meanwhile.
"""

from __future__ import annotations

import errno
import os
import signal
import termios
from types import FrameType

from dsk.world import STDERR, STDIN

READ_SIZE = 4096
LOCAL_FLAGS = 3


def ask_hidden(prompt: str) -> bytes:
    """The line, with its end. Raises ``EOFError`` if the input ends first; the terminal is put back in any case."""
    try:
        source = target = os.open("/dev/tty", os.O_RDWR | os.O_NOCTTY | os.O_CLOEXEC)
    except OSError:
        source, target = STDIN, STDERR
    shown = termios.tcgetattr(source)
    hidden = list(shown)
    hidden[LOCAL_FLAGS] &= ~termios.ECHO

    def begin() -> None:
        _set(source, hidden)
        os.write(target, prompt.encode())

    def stop(number: int, _frame: FrameType | None) -> None:
        _set(source, shown)
        before = signal.signal(number, signal.SIG_DFL)
        signal.raise_signal(number)
        # Here the process stands still until SIGCONT.
        signal.signal(number, before)

    def go_on(_number: int, _frame: FrameType | None) -> None:
        os.write(target, b"\n")
        begin()

    handlers = {signal.SIGTSTP: stop, signal.SIGCONT: go_on}
    before = {number: signal.signal(number, handler) for number, handler in handlers.items()}
    try:
        begin()
        line = b""
        while not line.endswith(b"\n"):
            piece = os.read(source, READ_SIZE)
            if not piece:
                raise EOFError
            line += piece
        return line
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
        _set(source, shown)
        os.write(target, b"\n")
        if source != STDIN:
            os.close(source)


def _set(terminal: int, attributes: list[object]) -> None:
    """Set the terminal, and forget what was typed under the other setting.

    In the background the process is stopped by this until it is in the foreground again.
    """
    while True:
        try:
            termios.tcsetattr(terminal, termios.TCSAFLUSH, attributes)  # type: ignore[arg-type]
        except termios.error as error:
            if error.args[0] != errno.EINTR:
                raise
        else:
            return
