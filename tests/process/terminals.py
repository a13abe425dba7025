"""Terminals with a shell on each: commands of one share it, as they do in a window.

The streams of a command lead elsewhere, to files: what a terminal is, is who controls the process.
"""

from __future__ import annotations

import fcntl
import os
import pty
import shlex
import subprocess
import sys
import termios
from collections.abc import Mapping
from pathlib import Path
from types import TracebackType

from tests.harness import DSK, Dsk, Result

ROOT = Path(__file__).resolve().parents[2]


class Terminal:
    """A pseudo-terminal and a bash that leads the session on it. Closed by ``with``."""

    def __init__(self, dsk: Dsk, env: Mapping[str, str] | None = None) -> None:
        self._folder = dsk.home
        self._master, slave = pty.openpty()
        #: The device.
        self.name = os.ttyname(slave)
        self._shell = subprocess.Popen(
            [sys.executable, "-m", "tests.process.terminals", str(slave), "bash", "--norc", "--noprofile"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            env=dsk.env | dict(env or {}) | {"PYTHONPATH": str(ROOT)},
            cwd=dsk.home,
            pass_fds=[slave],
            text=True,
        )
        os.close(slave)

    def run(self, *args: str, env: Mapping[str, str] | None = None) -> Result:
        """Run dsk on this terminal to its end."""
        variables = [f"{name}={value}" for name, value in (env or {}).items()]
        return self.shell(shlex.join(["env", "-u", "PYTHONPATH", *variables, *DSK, *args]))

    def shell(self, command: str) -> Result:
        """Run a shell command to its end."""
        out, err = self._folder / "stdout", self._folder / "stderr"
        assert self._shell.stdin
        assert self._shell.stdout
        self._shell.stdin.write(f"{command} < /dev/null > {out} 2> {err}; echo $?\n")
        self._shell.stdin.flush()
        status = int(self._shell.stdout.readline())
        return Result(out.read_bytes(), err.read_bytes(), status)

    def close(self) -> None:
        """End the shell and give the device back."""
        self._shell.communicate(timeout=30)
        os.close(self._master)

    def __enter__(self) -> Terminal:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


if __name__ == "__main__":
    terminal, *command = sys.argv[1:]
    os.setsid()
    fcntl.ioctl(int(terminal), termios.TIOCSCTTY, 0)
    os.close(int(terminal))
    os.execvp(command[0], command)
