"""``dsk serve`` as a real process."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from typing import NamedTuple

from tests.harness import DEADLINE, Dsk


class Serving(NamedTuple):
    """A server that listens. ``process`` has its pipes: the rest of stdout, and stderr."""

    process: subprocess.Popen[bytes]
    base_url: str

    @property
    def port(self) -> int:
        return int(self.base_url.split("/")[2].rpartition(":")[2])

    def end(self) -> tuple[bytes, bytes, int]:
        """Wait until it ends by itself: what else was on stdout, stderr, and the return code."""
        stdout, stderr = self.process.communicate(timeout=DEADLINE)
        return stdout, stderr, self.process.returncode


@contextmanager
def serving(dsk: Dsk, *args: str, pass_fds: tuple[int, ...] = ()) -> Iterator[Serving]:
    """Start ``dsk serve`` and wait for its first line; it is ended at the end, if it still runs."""
    with dsk.start("serve", *args, pass_fds=pass_fds) as process:
        try:
            assert process.stdout
            line = process.stdout.readline()
            assert line.endswith(b"\n"), process.stderr and process.stderr.read()
            yield Serving(process, line.decode().rstrip("\n"))
        finally:
            process.terminate()
