"""What the process becomes in place of ending, where a job says so."""

from __future__ import annotations

from dsk.records import NamedTuple


class Successor(NamedTuple):
    """Another program: its exit status is that of the run."""

    program: str
    arguments: tuple[str, ...]
