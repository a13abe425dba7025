"""Hours of the week, and the edges of them."""

from __future__ import annotations

from datetime import datetime, timezone

import pytest

from dsk.pricing.hours import hours_trouble, parse_hours


def at(text: str) -> float:
    """Seconds since the epoch of a moment in UTC."""
    return datetime.fromisoformat(text).replace(tzinfo=timezone.utc).timestamp()


# 2026-11-23 is a Monday.
@pytest.mark.parametrize(
    ("moment", "is_in"),
    [
        ("2026-11-23 00:59:59.999", False),
        ("2026-11-23 01:00:00", True),
        ("2026-11-23 03:59:59.999", True),
        ("2026-11-23 04:00:00", False),
        ("2026-11-27 01:00:00", True),
        ("2026-11-28 01:00:00", False),
        ("2026-11-29 03:00:00", False),
        ("2026-11-30 03:00:00", True),
        ("1970-01-01 02:00:00", True),
        ("1970-01-03 02:00:00", False),
    ],
)
def test_the_begin_belongs_to_the_hours_and_the_end_does_not(moment: str, is_in: bool) -> None:
    hours = parse_hours("Mon-Fri 01:00-04:00")
    assert hours
    assert hours.hold(at(moment)) is is_in


def test_of_hours_there_is_nothing_to_say() -> None:
    assert hours_trouble("Mon-Fri 01:00-04:00") == ""


def test_one_day_up_to_midnight() -> None:
    hours = parse_hours("Sun 22:30-24:00")
    assert hours
    moments = ("2026-11-29 22:29:59", "2026-11-29 22:30:00", "2026-11-29 23:59:59", "2026-11-30 00:00:00")
    assert [hours.hold(at(moment)) for moment in moments] == [False, True, True, False]


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("", "'' is no day: they are Mon, Tue, Wed, Thu, Fri, Sat, Sun"),
        ("Mon", "it has no times such as 01:00-04:00"),
        ("Mon-Fri", "it has no times such as 01:00-04:00"),
        ("01:00-04:00", "'01:00' is no day: they are Mon, Tue, Wed, Thu, Fri, Sat, Sun"),
        ("Fri-Mon 01:00-04:00", "it goes past Sunday: give the days before it and those after it an entry each"),
        ("Mon 04:00-01:00", "it goes past midnight: give the hours of each day an entry"),
        ("Mon-Fri 22:00-02:00", "it goes past midnight: give the hours of each day an entry"),
        ("Mon 01:00-01:00", "it ends where it begins"),
        ("Mon 23:00-24:01", "a day ends at 24:00"),
        ("Mon 25:00-26:00", "its times are not such as 01:00-04:00"),
        ("Mon 01:60-02:00", "its times are not such as 01:00-04:00"),
        ("mon 01:00-02:00", "'mon' is no day: they are Mon, Tue, Wed, Thu, Fri, Sat, Sun"),
        ("Mon-Son 01:00-02:00", "'Son' is no day: they are Mon, Tue, Wed, Thu, Fri, Sat, Sun"),
        ("0123456789abcdef", "what it begins with is no day: they are Mon, Tue, Wed, Thu, Fri, Sat, Sun"),
        ("Mon-Tue-Wed 01:00-02:00", "its days are not such as Mon or Mon-Fri"),
        ("Mon 1:00-2:00", "its times are not such as 01:00-04:00"),
        ("Mon 01:00-02:00 ", "its times are not such as 01:00-04:00"),
    ],
)
def test_what_are_no_hours_and_why(text: str, why: str) -> None:
    assert parse_hours(text) is None
    assert hours_trouble(text) == why
