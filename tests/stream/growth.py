"""How the work grows with the input, in this process' own CPU time."""

from __future__ import annotations

import time
from collections.abc import Callable


def assert_grows_linearly(work: Callable[[int], None], size: int) -> None:
    """Four times the size may take ten times as long; work that grows with the square takes sixteen times.

    The best of three is compared, and of CPU time only, so that a busy machine changes nothing.
    """
    small, large = best_of_three(work, size), best_of_three(work, 4 * size)
    assert large < 10 * small, f"{small:.3f} s grew to {large:.3f} s"


def best_of_three(work: Callable[[int], None], size: int) -> float:
    times = []
    for _ in range(3):
        begun = time.process_time()
        work(size)
        times.append(time.process_time() - begun)
    return min(times)
