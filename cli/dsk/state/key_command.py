"""``key_command``: a program of the user's that prints the key, such as ``pass show deepseek``."""

from __future__ import annotations

import os
from collections.abc import Mapping

from dsk.errors import KeyFault

STDIN = 0


def run_key_command(command: str, profile: str, env: Mapping[str, str]) -> bytes:
    """The first line that the shell command writes to its stdout, without its line end.

    It may ask for a passphrase, so it has the user's terminal and no time limit; what is piped into dsk is the
    prompt and stays out of its reach. Raises ``KeyFault`` if it fails; the command's text, which may hold
    secrets, is not in the message.
    """
    import subprocess

    what = f"the key_command of profile {profile} failed"
    try:
        done = subprocess.run(
            ["/bin/sh", "-c", command],
            stdin=None if os.isatty(STDIN) else subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            env=dict(env),
            check=False,
        )
    except OSError as error:
        raise KeyFault(what, f"/bin/sh: {error.strerror or error}") from error
    if done.returncode:
        ended = f"signal {-done.returncode}" if done.returncode < 0 else f"exit status {done.returncode}"
        raise KeyFault(what, ended, hint="dsk config names the line it is in; run it by hand")
    return done.stdout.partition(b"\n")[0]
