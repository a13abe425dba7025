"""How long to wait before a request is sent again."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from dsk.errors import Failure

FIRST_WAIT = 0.5
LONGEST_WAIT = 30.0


def backoff(attempt: int, failure: Failure) -> float:
    """Seconds to wait after the ``attempt``-th failure, counted from 1.

    What the server asks for (Retry-After), else twice as long each time, up to 30 s, less up to half of it by
    chance, so that many clients do not come back as one.
    """
    import random

    if failure.retry_after is not None:
        return failure.retry_after
    longest = min(FIRST_WAIT * 2.0 ** min(attempt - 1, 16), LONGEST_WAIT)
    return longest * random.uniform(0.5, 1.0)
