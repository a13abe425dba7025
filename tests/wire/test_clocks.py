"""The four clocks are arithmetic on times that are given."""

from __future__ import annotations

import pytest

from dsk.errors import ClockFault
from dsk.wire.clocks import LEAST, Clocks


def clocks(max_time: float | None = None) -> Clocks:
    return Clocks(100.0, connect=10, first_token=600, stall=120, max_time=max_time)


def test_a_wait_lasts_as_long_as_the_nearest_clock_allows() -> None:
    assert clocks().wait(100) == 120
    assert clocks().wait(690) == 10
    assert clocks(max_time=30).wait(110) == 20


def test_while_a_connection_is_made_its_clock_counts_and_stall_does_not() -> None:
    c = clocks(max_time=30)
    c.begin_connection(122, "host")
    assert c.wait(124) == 6, "the whole run is nearer"
    c = clocks()
    c.begin_connection(122, "host")
    assert c.wait(124) == 8
    c.connected()
    assert c.wait(124) == 120


def test_a_clock_that_has_run_out_gives_one_last_look() -> None:
    assert clocks().wait(900) == LEAST
    assert clocks(max_time=30).wait(900) == LEAST


def test_after_the_first_token_its_clock_stands_still() -> None:
    c = clocks()
    c.token_came()
    assert c.wait(690) == 120
    c.check(10_000)


def test_the_clock_that_ran_out_is_named() -> None:
    assert "--stall" in clocks().fault(220).hint
    assert "--first-token" in clocks().fault(700).hint
    assert "--max-time" in clocks(max_time=30).fault(130).hint


@pytest.mark.parametrize(
    ("now", "max_time", "option"),
    [(110, None, "--connect-timeout"), (105, 5, "--max-time"), (700, None, "--first-token")],
)
def test_of_a_connection_too_the_clock_that_ran_out_is_named(now: float, max_time: float | None, option: str) -> None:
    c = clocks(max_time)
    c.begin_connection(100, "host")
    assert option in c.fault(now).hint


def test_what_is_late_is_noticed_however_many_bytes_come() -> None:
    clocks().check(699)
    with pytest.raises(ClockFault, match="first token"):
        clocks().check(700)
    with pytest.raises(ClockFault, match="took too long"):
        clocks(max_time=30).check(130)
    c = clocks()
    c.begin_connection(100, "host")
    with pytest.raises(ClockFault, match="no connection to host"):
        c.check(110)
