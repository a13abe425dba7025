"""The four clocks are arithmetic on times that are given."""

from __future__ import annotations

import pytest

from dsk.errors import ClockFault
from dsk.wire.clocks import LEAST, Clocks


def clocks(max_time: float | None = None) -> Clocks:
    return Clocks(100.0, connect=10, first_token=600, stall=120, max_time=max_time)


def test_a_read_waits_as_long_as_the_nearest_clock_allows() -> None:
    assert clocks().read_wait(100) == 120
    assert clocks().read_wait(690) == 10
    assert clocks(max_time=30).read_wait(110) == 20
    assert clocks(max_time=30).connect_wait(125) == 5


def test_a_clock_that_has_run_out_gives_one_last_look() -> None:
    assert clocks().read_wait(900) == LEAST
    assert clocks(max_time=30).read_wait(900) == LEAST


def test_after_the_first_token_its_clock_stands_still() -> None:
    c = clocks()
    c.token_seen = True
    assert c.read_wait(690) == 120
    c.check(10_000)


def test_the_clock_that_ran_out_is_named() -> None:
    assert "--stall" in clocks().read_fault(220).hint
    assert "--first-token" in clocks().read_fault(700).hint
    assert "--max-time" in clocks(max_time=30).read_fault(130).hint
    assert "--connect-timeout" in clocks().connect_fault(110, "host").hint
    assert "--max-time" in clocks(max_time=5).connect_fault(105, "host").hint


def test_a_late_first_token_or_run_is_noticed_however_many_bytes_come() -> None:
    clocks().check(699)
    with pytest.raises(ClockFault, match="first token"):
        clocks().check(700)
    with pytest.raises(ClockFault, match="took too long"):
        clocks(max_time=30).check(130)
