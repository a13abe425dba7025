"""A user at a terminal: what is typed, and what the screen shows."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping

import pexpect
import pyte

from tests.harness import DEADLINE, DSK, Dsk

ENTER, ALT_ENTER, TAB, UP = "\r", "\x1b\r", "\t", "\x1b[A"
CTRL_C, CTRL_D, CTRL_R, CTRL_Z = "\x03", "\x04", "\x12", "\x1a"
PROMPT = ">"


def paste(text: str) -> str:
    """A text as a terminal sends one that is pasted, where the program has asked for brackets."""
    return f"\x1b[200~{text}\x1b[201~"


class Screen:
    """A program on a pseudo-terminal, and an emulator of what is seen there. Closed by ``with``."""

    def __init__(
        self,
        dsk: Dsk,
        *args: str,
        columns: int = 80,
        rows: int = 24,
        env: Mapping[str, str] | None = None,
        command: tuple[str, ...] = DSK,
    ) -> None:
        self._screen = pyte.HistoryScreen(columns, rows, history=2000, ratio=0.5)
        self._stream = pyte.ByteStream(self._screen)
        #: All that was written, as it was.
        self.raw = b""
        self.process: pexpect.spawn[bytes] = pexpect.spawn(
            command[0],
            [*command[1:], *args],
            env=dsk.env | dict(env or {}),
            cwd=str(dsk.home),
            dimensions=(rows, columns),
            timeout=DEADLINE,
            echo=True,
        )
        # What is typed is to be there at once.
        self.process.delaybeforesend = None

    def type(self, text: str) -> None:
        """Type something."""
        self.process.send(text)

    def resize(self, columns: int, rows: int) -> None:
        """The window gets another size."""
        self._screen.resize(rows, columns)
        self.process.setwinsize(rows, columns)

    def lines(self) -> list[str]:
        """All lines from the beginning on, also those that have left the screen; without empty ones at the end."""
        gone = ["".join(line[x].data for x in range(self._screen.columns)) for line in self._screen.history.top]
        return "\n".join(line.rstrip() for line in [*gone, *self._screen.display]).rstrip().split("\n")

    def until(self, condition: Callable[[list[str]], object], what: str) -> list[str]:
        """The lines, once they are as they are to be; fails the test, naming ``what``, if they never are."""
        end = time.monotonic() + DEADLINE
        while not condition(lines := self.lines()):
            assert time.monotonic() < end, f"waited in vain for {what}:\n" + "\n".join(lines)
            self._read()
        return lines

    def prompt(self, last: str = PROMPT) -> list[str]:
        """The lines, once the last one is the prompt and nothing more."""
        return self.until(lambda lines: lines[-1] == last, f"the prompt {last!r}")

    def shows(self, text: str) -> list[str]:
        """The lines, once a text is on them."""
        return self.until(lambda lines: any(text in line for line in lines), repr(text))

    def say(self, text: str, last: str = PROMPT) -> list[str]:
        """Type a text and send it; the lines once there is a prompt below it."""
        before = len(self.lines())
        self.type(text + ENTER)
        return self.until(
            lambda lines: lines[-1] == last and len(lines) > before, f"the prompt {last!r} after {text!r}"
        )

    def end(self) -> int:
        """The exit status, as a shell shows it, once the program has ended."""
        while self._read():
            pass
        self.process.wait()
        status, signal = self.process.exitstatus, self.process.signalstatus
        return 128 + signal if signal is not None else status if status is not None else -1

    def leave(self) -> None:
        """Leave in the usual way; fails the test if that does not do."""
        self.prompt()
        self.type(CTRL_D)
        assert self.end() == 0

    def leave_first(self) -> None:
        """Leave, where the terminal has something else to do after it."""
        self.prompt()
        self.type(CTRL_D)

    def _read(self) -> bool:
        """Take in what has come, waiting a moment for it; False if there is no more to come."""
        try:
            data = self.process.read_nonblocking(65536, timeout=0.1)
        except pexpect.TIMEOUT:
            return True
        except pexpect.EOF:
            return False
        self.raw += data
        self._stream.feed(data)
        return True

    def __enter__(self) -> Screen:
        return self

    def __exit__(self, *_error: object) -> None:
        self.process.close(force=True)
