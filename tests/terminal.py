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


class Terminal:
    """A terminal that dsk runs on: its stdin, stdout and stderr, or those of them that are not given."""

    def __init__(self, dsk: Dsk, *args: str, width: int = 80, height: int = 24, env: Mapping[str, str] | None = None):
        self._leader, terminal = pty.openpty()
        self.resize(width, height)
        self._seen = bytearray()
        self.process = subprocess.Popen(
            [*DSK, *args],
            stdin=terminal,
            stdout=terminal,
            stderr=terminal,
            env=dsk.env | dict(env or {}),
            cwd=dsk.home,
        )
        os.close(terminal)
        self._reader = threading.Thread(target=self._read)
        self._reader.start()

    def __enter__(self) -> Terminal:
        return self

    def __exit__(self, *_exc: type[BaseException] | BaseException | TracebackType | None) -> None:
        self.process.kill()
        self.process.wait(DEADLINE)
        self._reader.join(DEADLINE)
        os.close(self._leader)

    @property
    def seen(self) -> str:
        """All that it was sent until now."""
        return bytes(self._seen).decode(errors="replace").replace("\r\n", "\n")

    def resize(self, width: int, height: int) -> None:
        """Become another size, and tell the processes."""
        fcntl.ioctl(self._leader, termios.TIOCSWINSZ, struct.pack("HHHH", height, width, 0, 0))

    def wait_for(self, text: str) -> None:
        """Wait until it was sent this."""
        wait_until(lambda: text in self.seen, f"{text!r} on the terminal, which has seen {self.seen!r}")

    def finish(self) -> str:
        """Wait for the end of the process; all that was sent."""
        self.process.wait(DEADLINE)
        self._reader.join(DEADLINE)
        return self.seen

    def _read(self) -> None:
        while True:
            try:
                data = os.read(self._leader, 65536)
            except OSError:
                return
            if not data:
                return
            self._seen += data


def without_spinner(seen: str) -> str:
    """What a terminal was sent but for the spinner, which a busy machine gives time to be seen."""
    return re.sub(
        r"(?:\r\x1b\[K(?:\x1b\[2m)?\S [a-z ]+(?: \(\d+ characters?\))? \d+ s(?:\x1b\[0m)?)+\r\x1b\[K", "", seen
    )


def on_terminal(dsk: Dsk, *args: str, width: int = 80, height: int = 24, env: Mapping[str, str] | None = None) -> str:
    """What a terminal of this size is sent by a run."""
    with Terminal(dsk, *args, width=width, height=height, env=env) as terminal:
        return terminal.finish()
