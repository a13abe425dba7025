"""How a run ended: the answer so far, what went wrong if anything did, and the times.

Made by the exchange (or by decode, without times), read by the output room and by ``main``.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from dsk.errors import Failure
    from dsk.stream.answer import Answer


class Timing(NamedTuple):
    """Seconds since the request was begun; None where nothing was timed or never came."""

    first_token: float | None
    total: float | None


class Ending(NamedTuple):
    """The end of one question."""

    answer: Answer
    failure: Failure | None
    timing: Timing
    http_status: int | None
