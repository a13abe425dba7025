"""How the work grows with the input, in this process' own CPU time."""

from __future__ import annotations

import time
from collections.abc import Callable


def assert_grows_linearly(work: Callable[[int], None], size: int) -> None:
    """Four times the size may take ten times as long; work that grows with the square takes sixteen times.

    The best of three is compared, and of CPU time only, so that a busy machine changes nothing.
    """
    small = min(took(work, size) for _ in range(3))
    # Once one of three holds, so does the best of them.
    large: list[float] = []
    while len(large) < 3 and not (large and large[-1] < 10 * small):
        large.append(took(work, 4 * size))
    assert min(large) < 10 * small, f"{small:.3f} s grew to {min(large):.3f} s"


def took(work: Callable[[int], None], size: int) -> float:
    begun = time.process_time()
    work(size)
    return time.process_time() - begun
