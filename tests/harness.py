"""Whole processes: run dsk as a user does, in a home of its own, and see what came of it."""

from __future__ import annotations

import os
import shlex
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from dsk.scripted.seen import Seen
    from dsk.scripted.server import ScriptedServer

#: The command under test: the interpreter that runs the tests, so that no other installation is met.
DSK = (sys.executable, "-m", "dsk")
#: A key that is no one's; tests look for it where it must not be.
KEY = "sk-test-0123456789abcdef"
#: Long enough for a busy machine; a test that reaches it has failed.
DEADLINE = 30.0


class Result(NamedTuple):
    """What a finished process left. ``status`` is as a shell shows it: 128 + N for a death by signal N."""

    stdout: bytes
    stderr: bytes
    status: int

    @property
    def text(self) -> str:
        """stdout as text."""
        return self.stdout.decode()

    @property
    def errors(self) -> str:
        """stderr as text."""
        return self.stderr.decode()


def clean_env(home: Path, extra: Mapping[str, str] | None = None) -> dict[str, str]:
    """An environment with nothing of this machine's user in it."""
    env = {
        "PATH": os.environ["PATH"],
        "HOME": str(home),
        "XDG_CONFIG_HOME": str(home / "config"),
        "XDG_STATE_HOME": str(home / "state"),
        "LANG": "C.UTF-8",
        "TERM": "xterm-256color",
        "PYTHONWARNINGS": "error",
        # A stray proxy variable of the machine must not be asked about loopback.
        "NO_PROXY": "*",
    }
    return env | dict(extra or {})


class Dsk:
    """dsk in one clean home. ``env`` is laid over the clean environment of every run."""

    def __init__(self, home: Path, env: Mapping[str, str] | None = None) -> None:
        self.home = home
        self.env = clean_env(home, env)
        home.mkdir(parents=True, exist_ok=True)

    def run(
        self,
        *args: str | bytes,
        stdin: bytes | None = b"",
        env: Mapping[str, str] | None = None,
        cwd: Path | None = None,
        timeout: float = DEADLINE,
    ) -> Result:
        """Run to the end. ``stdin`` None closes nothing and gives /dev/null; bytes come from a pipe."""
        done = subprocess.run(
            [*DSK, *args],
            input=stdin,
            stdin=subprocess.DEVNULL if stdin is None else None,
            capture_output=True,
            env=self.env | dict(env or {}),
            cwd=cwd or self.home,
            timeout=timeout,
            check=False,
        )
        return Result(done.stdout, done.stderr, shell_status(done.returncode))

    def start(
        self,
        *args: str,
        stdin: int | None = subprocess.DEVNULL,
        stdout: int | None = subprocess.PIPE,
        stderr: int | None = subprocess.PIPE,
        env: Mapping[str, str] | None = None,
        pass_fds: Sequence[int] = (),
    ) -> subprocess.Popen[bytes]:
        """Start and return at once; the caller ends it (it is a context manager)."""
        return subprocess.Popen(
            [*DSK, *args],
            stdin=stdin,
            stdout=stdout,
            stderr=stderr,
            env=self.env | dict(env or {}),
            cwd=self.home,
            pass_fds=pass_fds,
            bufsize=0,
        )

    def shell(
        self,
        script: str,
        *,
        env: Mapping[str, str] | None = None,
        timeout: float = DEADLINE,
        shell: str = "bash",
    ) -> Result:
        """Run a shell script in which ``dsk`` is the command under test; pipefail is on, stdin is empty."""
        head = f'dsk() {{ command {" ".join(DSK)} "$@"; }}\nset -o pipefail\n'
        done = subprocess.run(
            [shell, "-c", head + script],
            stdin=subprocess.DEVNULL,
            capture_output=True,
            env=self.env | dict(env or {}),
            cwd=self.home,
            timeout=timeout,
            check=False,
        )
        return Result(done.stdout, done.stderr, shell_status(done.returncode))

    def shell_words(self, *args: str) -> str:
        """The command line for a shell that knows nothing of dsk."""
        return shlex.join([*DSK, *args])

    def write_config(self, text: str) -> Path:
        """Put the config file there."""
        path = self.home / "config" / "dsk" / "config.toml"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
        return path


def shell_status(returncode: int) -> int:
    """A return code as ``$?`` shows it."""
    return 128 - returncode if returncode < 0 else returncode


def is_alive(pid: int) -> bool:
    """Whether a process is there, and no zombie that nobody has waited for."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


def is_blocked(pid: int) -> bool:
    """Whether it waits for the reader of a full pipe."""
    return Path(f"/proc/{pid}/wchan").read_text() in ("pipe_write", "anon_pipe_write")


def wait_until(condition: Callable[[], object], what: str, deadline: float = DEADLINE) -> None:
    """Poll until the condition holds; fails the test, naming ``what``, if it never does."""
    end = time.monotonic() + deadline
    while not condition():
        assert time.monotonic() < end, f"waited {deadline:g} s in vain for {what}"
        time.sleep(0.005)


def wait_requests(server: ScriptedServer, count: int) -> list[Seen]:
    """The requests so far, as soon as there are ``count``."""
    wait_until(lambda: len(server.requests) >= count, f"{count} requests")
    return list(server.requests)


def wait_closed(server: ScriptedServer, index: int) -> Seen:
    """The request at ``index`` as soon as its response has ended, in whichever way: see ``Seen``."""
    wait_until(
        lambda: len(server.requests) > index and server.requests[index].ended is not None,
        f"the end of the response to request {index}",
    )
    return server.requests[index]
