"""Whether the process that wrote a run is still there."""

from __future__ import annotations

import os
import time

#: Seconds after which a run is over, where a process cannot be told from a later one with the same number.
OLD = 24 * 3600.0


def birth(pid: int) -> int | None:
    """When the process was born, in clock ticks since the machine was started; None if that is not to be known,
    or there is no such process, or it is dead and only not yet waited for.

    Source: proc(5), /proc/PID/stat, fields 3 and 22.
    """
    fields = stat_fields(pid)
    return None if fields is None or fields[0] in (b"Z", b"X") else int(fields[19])


def stat_fields(pid: int) -> list[bytes] | None:
    """The fields of /proc/PID/stat from the third on; None if there is no such process, or no proc(5)."""
    try:
        descriptor = os.open(f"/proc/{pid}/stat", os.O_RDONLY | os.O_CLOEXEC)
    except OSError:
        return None
    try:
        # The second field is the program's name in parentheses, which may hold anything.
        return os.read(descriptor, 4096).rpartition(b")")[2].split()
    except OSError:
        return None
    finally:
        os.close(descriptor)


def until_ended(pid: int) -> str:
    """The next step where a run is under way that must not be."""
    return f"wait until it has ended, or end it: kill {pid}"


def is_there(pid: int, born: int | None, begun: float) -> bool:
    """Whether a process is the one that was born then; ``begun`` is when its run began."""
    if born is not None:
        return birth(pid) == born
    try:
        os.getpgid(pid)
    except ProcessLookupError:
        return False
    except PermissionError:
        pass
    return time.time() - begun < OLD
