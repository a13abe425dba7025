"""``key_command``: a program of the user's that prints the key, such as ``pass show deepseek``."""

from __future__ import annotations

import os
import select
from collections.abc import Mapping
from typing import TYPE_CHECKING

from dsk.errors import KeyFault
from dsk.state.secret import LONGEST

if TYPE_CHECKING:
    from subprocess import Popen

STDIN = 0
TICK_MS = 20
BY_HAND = "dsk config names the line it is in; run it by hand"


def run_key_command(command: str, profile: str, env: Mapping[str, str]) -> bytes:
    """The first line that the shell command writes to its stdout, without its line end; not all of one that is
    far too long.

    It may ask for a passphrase, so it has the user's terminal and no time limit; what is piped into dsk is the
    prompt and stays out of its reach. Raises ``KeyFault`` if it fails; the command's text, which may hold
    secrets, is not in the message.
    """
    import subprocess
    from signal import SIGPIPE

    what = f"the key_command of profile {profile} failed"
    try:
        process = subprocess.Popen(
            ["/bin/sh", "-c", command],
            stdin=None if os.isatty(STDIN) else subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            bufsize=0,
            env=dict(env),
        )
    except OSError as error:
        raise KeyFault(what, f"/bin/sh: {error.strerror or error}", hint=BY_HAND) from error
    with process:
        try:
            data = _read(process)
            status = process.wait()
        except BaseException:
            process.kill()
            raise
    # Somebody who writes on and on was told by the closed pipe that enough is known.
    was_stopped = len(data) > LONGEST and status in (-SIGPIPE, 128 + SIGPIPE)
    if status and not was_stopped:
        ended = f"signal {-status}" if status < 0 else f"exit status {status}"
        raise KeyFault(what, ended, hint=BY_HAND)
    return data.partition(b"\n")[0]


def _read(process: Popen[bytes]) -> bytes:
    """What the command writes before it ends: a daemon that it left behind may hold the pipe open for good."""
    pipe = process.stdout
    assert pipe is not None
    poll = select.poll()
    poll.register(pipe, select.POLLIN)
    data = b""
    while len(data) <= LONGEST:
        if not poll.poll(TICK_MS):
            if data and process.poll() is not None:
                break
        elif piece := pipe.read(LONGEST + 2 - len(data)):
            data += piece
        else:
            break
    pipe.close()
    return data
