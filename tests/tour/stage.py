"""A shell on a terminal that is typed at, and the screen that it fills."""

from __future__ import annotations

import fcntl
import os
import pty
import select
import struct
import subprocess
import termios
import time
from collections.abc import Mapping
from pathlib import Path
from types import TracebackType

import pyte

DEADLINE = 60.0


class Stage:
    """bash on a terminal of this size. ``screen`` is what can be seen of it."""

    def __init__(self, columns: int, rows: int, folder: Path, env: Mapping[str, str]) -> None:
        self.screen = pyte.Screen(columns, rows)
        self._stream = pyte.ByteStream(self.screen)
        # The row of the prompt that was typed at last.
        self._typed_at = -1
        self._leader, terminal = pty.openpty()
        fcntl.ioctl(self._leader, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))
        self._shell = subprocess.Popen(
            ["bash", "--norc", "--noprofile", "--noediting"],
            stdin=terminal,
            stdout=terminal,
            stderr=terminal,
            cwd=folder,
            env=dict(env),
            start_new_session=True,
            preexec_fn=lambda: fcntl.ioctl(0, termios.TIOCSCTTY, 0),
        )
        os.close(terminal)

    def __enter__(self) -> Stage:
        return self

    def __exit__(self, *_exc: type[BaseException] | BaseException | TracebackType | None) -> None:
        self._shell.kill()
        self._shell.wait()
        os.close(self._leader)

    def type(self, line: str) -> None:
        """Type a line and Enter."""
        self._typed_at = self.screen.cursor.y
        os.write(self._leader, line.encode() + b"\n")

    def leave(self) -> None:
        """Type ^D."""
        self._typed_at = self.screen.cursor.y
        os.write(self._leader, b"\x04")

    def wait_for_prompt(self, prompt: str) -> None:
        """Read on until the line of the cursor is a new prompt and nothing else. Raises ``TimeoutError``."""
        deadline = time.monotonic() + DEADLINE
        while not self._is_at(prompt):
            if not select.select([self._leader], [], [], max(deadline - time.monotonic(), 0))[0]:
                raise TimeoutError("\n".join(["the prompt does not come; the screen:", *self.text()]))
            data = os.read(self._leader, 65536)
            self._stream.feed(data)
            self._answer(data)

    def _is_at(self, prompt: str) -> bool:
        row = self.screen.cursor.y
        return row > self._typed_at and self.screen.display[row].rstrip() == prompt

    def text(self) -> list[str]:
        """The rows that hold something."""
        rows = [row.rstrip() for row in self.screen.display]
        while rows and not rows[-1]:
            rows.pop()
        return rows

    def _answer(self, data: bytes) -> None:
        # A line editor asks a terminal where its cursor is.
        if b"\x1b[6n" in data:
            cursor = self.screen.cursor
            os.write(self._leader, f"\x1b[{cursor.y + 1};{cursor.x + 1}R".encode())
