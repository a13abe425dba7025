"""dsk on a pseudo-terminal of a given size, which keeps what it was sent."""

from __future__ import annotations

import fcntl
import os
import pty
import re
import struct
import subprocess
import termios
import threading
from collections.abc import Mapping
from types import TracebackType

from tests.harness import DEADLINE, DSK, Dsk, wait_until


class Pty:
    """A pseudo-terminal that keeps what it is sent. ``side`` is the descriptor for programs, until ``let_go``."""

    def __init__(self, width: int = 80, height: int = 24, *, is_raw: bool = False) -> None:
        """``is_raw``: no line break becomes two characters on the way."""
        self._leader, self.side = pty.openpty()
        self.resize(width, height)
        if is_raw:
            modes = termios.tcgetattr(self.side)
            modes[1] &= ~termios.OPOST
            termios.tcsetattr(self.side, termios.TCSANOW, modes)
        self._seen = bytearray()
        self._reader = threading.Thread(target=self._read)
        self._reader.start()

    @property
    def seen(self) -> bytes:
        """All that it was sent until now."""
        return bytes(self._seen)

    def resize(self, width: int, height: int) -> None:
        """Become another size, and tell the processes."""
        fcntl.ioctl(self._leader, termios.TIOCSWINSZ, struct.pack("HHHH", height, width, 0, 0))

    def let_go(self) -> None:
        """Whatever is to have it has it by now."""
        os.close(self.side)

    def finish(self) -> bytes:
        """All that it was sent, once every program has let go of it."""
        self._reader.join(DEADLINE)
        assert not self._reader.is_alive(), "the terminal is still open"
        return self.seen

    def close(self) -> None:
        """Give the device back."""
        os.close(self._leader)

    def _read(self) -> None:
        while True:
            try:
                data = os.read(self._leader, 65536)
            except OSError:
                return
            if not data:
                return
            self._seen += data


class Terminal:
    """A terminal that dsk runs on: its stdin, stdout and stderr, but for those that are given."""

    def __init__(
        self,
        dsk: Dsk,
        *args: str,
        width: int = 80,
        height: int = 24,
        env: Mapping[str, str] | None = None,
        stdin: int | None = None,
        stdout: int | None = None,
    ) -> None:
        self._pty = Pty(width, height)
        self.process = subprocess.Popen(
            [*DSK, *args],
            stdin=self._pty.side if stdin is None else stdin,
            stdout=self._pty.side if stdout is None else stdout,
            stderr=self._pty.side,
            env=dsk.env | dict(env or {}),
            cwd=dsk.home,
        )
        self._pty.let_go()

    def __enter__(self) -> Terminal:
        return self

    def __exit__(self, *_exc: type[BaseException] | BaseException | TracebackType | None) -> None:
        with self.process:
            self.process.kill()
        self._pty.finish()
        self._pty.close()

    @property
    def seen(self) -> str:
        """All that it was sent until now."""
        return self._pty.seen.decode(errors="replace").replace("\r\n", "\n")

    def resize(self, width: int, height: int) -> None:
        """Become another size, and tell the processes."""
        self._pty.resize(width, height)

    def wait_for(self, text: str) -> None:
        """Wait until it was sent this."""
        wait_until(lambda: text in self.seen, f"{text!r} on the terminal, which has seen {self.seen!r}")

    def finish(self) -> str:
        """Wait for the end of the process; all that was sent."""
        self.process.wait(DEADLINE)
        self._pty.finish()
        return self.seen


def without_spinner(seen: str) -> str:
    """What a terminal was sent but for the spinner, which a busy machine gives time to be seen."""
    return re.sub(
        r"(?:\r\x1b\[K(?:\x1b\[2m)?\S [a-z ]+(?: \(\d+ characters?\))? \d+ s(?:\x1b\[0m)?)+\r\x1b\[K", "", seen
    )


def on_terminal(dsk: Dsk, *args: str, width: int = 80, height: int = 24, env: Mapping[str, str] | None = None) -> str:
    """What a terminal of this size is sent by a run."""
    with Terminal(dsk, *args, width=width, height=height, env=env) as terminal:
        return terminal.finish()


def on_quiet_terminal(dsk: Dsk, *args: str) -> str:
    """The same, but for the spinner."""
    return without_spinner(on_terminal(dsk, *args))
