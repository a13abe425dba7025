"""What the system allows a process."""

from __future__ import annotations

#: Descriptors for all but the connections.
OTHERS = 64


def allow_files(connections: int) -> None:
    """Have room for so many connections, as far as the system lets a process raise its own limit."""
    import resource

    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = connections + OTHERS
    if soft == resource.RLIM_INFINITY or soft >= wanted:
        return
    most = wanted if hard == resource.RLIM_INFINITY else min(wanted, hard)
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, hard))
