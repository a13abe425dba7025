"""What terminal a process is on, as a text that no other terminal has, nor has had.

A device such as pts/3 is given to the next login when its own is over, and ``TMUX_PANE`` is inherited by every
terminal that is opened from within a pane. So a terminal is the session of processes on it (setsid(2)): the device,
the number of the session's leader, when that was born, and which boot of which machine this was. Of a tmux pane it
is the pane's number in its server, if the leader is a child of that server: then the pane stays the same one when its
shell is started anew.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from contextlib import suppress

from dsk.state.log.process import birth, stat_fields

VARIABLE = "DSK_SESSION"
_BOOT = "/proc/sys/kernel/random/boot_id"


def terminal_of(env: Mapping[str, str]) -> str | None:
    """The terminal: what ``DSK_SESSION`` says, else the one that controls this process; None if there is none.

    It does not matter where the standard streams lead.
    """
    named = env.get(VARIABLE)
    if named:
        return "named " + named.encode("utf-8", "backslashreplace").decode()
    own = stat_fields(os.getpid())
    if own is None:
        return _without_proc()
    device, leader = int(own[4]), int(own[3])
    if not device:
        return None
    pane = _pane(env, leader)
    return " ".join([*_machine(), *(pane or ("tty", str(device), str(leader), str(birth(leader))))])


def _pane(env: Mapping[str, str], leader: int) -> tuple[str, ...] | None:
    """The tmux pane whose own shell leads the session. Source: tmux(1), ENVIRONMENT: TMUX is the path of the socket,
    the process number of the server and more, separated by commas."""
    server = env.get("TMUX", "").rpartition(",")[0].rpartition(",")[2]
    number = env.get("TMUX_PANE", "")
    fields = stat_fields(leader)
    if not (server and number.isprintable() and fields) or fields[1] != os.fsencode(server):
        return None
    return "tmux", server, str(birth(int(server))), number


def _machine() -> tuple[str, ...]:
    with suppress(OSError), open(_BOOT) as file:
        return (file.read().strip(),)
    return (os.uname().nodename,)


def _without_proc() -> str | None:
    """The same where there is no proc(5): a terminal is known if one of the standard streams leads to it."""
    for descriptor in range(3):
        with suppress(OSError):
            return " ".join([*_machine(), "tty", os.ttyname(descriptor), str(os.getsid(0))])
    return None
