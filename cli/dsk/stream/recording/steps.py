"""What a recording holds: the streams of one question, each step by step."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeAlias

from dsk.records import NamedTuple

if TYPE_CHECKING:
    from dsk.errors import Failure
    from dsk.stream.events import ToolResult

VERSION = 1
#: What every comment of ours begins with.
MARK = b": dsk "


class Head(NamedTuple):
    """What is known before anything is sent: what of the request decides how its answer is judged, how often it may
    be asked again, and the lines that the user was told. The first two are JSON objects that mean nothing here.
    ``server`` is the base URL, ``begun`` in seconds since the epoch, 0 if it is not known."""

    request: dict[str, Any]
    policy: dict[str, Any]
    notes: tuple[str, ...] = ()
    server: str = ""
    begun: float = 0.0


class Opened(NamedTuple):
    """The server has answered. ``at``, here and elsewhere, is in seconds from the beginning of the run; ``trace`` is
    that of ``Failure``."""

    at: float
    status: int | None
    trace: str = ""


class Arrived(NamedTuple):
    """These bytes came in one read; none at the end of the body."""

    at: float
    data: bytes


class Failed(NamedTuple):
    """The stream failed, or the run was stopped while it waited."""

    at: float
    failure: Failure


Step: TypeAlias = Opened | Arrived | Failed


class Follow(NamedTuple):
    """The answer before was followed by another question: what of its body decides how its answer is judged, the
    messages that it added, what came of tools, and the lines that the user was told. ``failure``: by none, because of
    this."""

    request: dict[str, Any]
    said: tuple[dict[str, Any], ...] = ()
    results: tuple[ToolResult, ...] = ()
    notes: tuple[str, ...] = ()
    failure: Failure | None = None


class Stream(NamedTuple):
    """One attempt; ``delay`` is how many seconds were to pass after it, None if that was not asked. ``follow``: it is
    the first one of another question, or with no steps there was no other."""

    steps: tuple[Step, ...]
    delay: float | None
    follow: Follow | None = None


class End(NamedTuple):
    """The run was over; ``failure`` is what stopped it, if that was nothing that came from the server."""

    at: float
    failure: Failure | None


class Recording(NamedTuple):
    """All of it. ``end`` None: the process was killed, or could not write any more."""

    head: Head
    streams: tuple[Stream, ...]
    end: End | None
