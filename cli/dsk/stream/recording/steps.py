"""What a recording holds: the streams of one question, each step by step."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple, TypeAlias

if TYPE_CHECKING:
    from dsk.errors import Failure

VERSION = 1
#: What every comment of ours begins with.
MARK = b": dsk "


class Head(NamedTuple):
    """What is known before anything is sent: what of the request decides how its answer is judged, how often it may
    be asked again, and the lines that the user was told. The first two are JSON objects that mean nothing here."""

    request: dict[str, Any]
    policy: dict[str, Any]
    notes: tuple[str, ...] = ()


class Opened(NamedTuple):
    """The server has answered. ``at``, here and elsewhere, is in seconds from the beginning of the run."""

    at: float
    status: int | None


class Arrived(NamedTuple):
    """These bytes came in one read; none at the end of the body."""

    at: float
    data: bytes


class Failed(NamedTuple):
    """The stream failed, or the run was stopped while it waited."""

    at: float
    failure: Failure


Step: TypeAlias = Opened | Arrived | Failed


class Stream(NamedTuple):
    """One attempt; ``delay`` is how many seconds were to pass after it, None if that was not asked."""

    steps: tuple[Step, ...]
    delay: float | None


class End(NamedTuple):
    """The run was over; ``failure`` is what stopped it, if that was nothing that came from the server."""

    at: float
    failure: Failure | None


class Recording(NamedTuple):
    """All of it. ``end`` None: the process was killed, or could not write any more."""

    head: Head
    streams: tuple[Stream, ...]
    end: End | None
