"""Hours of the week, and the edges of them."""

from __future__ import annotations

from datetime import datetime, timezone

import pytest

from dsk.pricing.hours import parse_hours


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


def test_one_day_up_to_midnight() -> None:
    hours = parse_hours("Sun 22:30-24:00")
    assert hours
    moments = ("2026-11-29 22:29:59", "2026-11-29 22:30:00", "2026-11-29 23:59:59", "2026-11-30 00:00:00")
    assert [hours.hold(at(moment)) for moment in moments] == [False, True, True, False]


@pytest.mark.parametrize(
    "text",
    [
        "",
        "Mon",
        "Mon-Fri",
        "01:00-04:00",
        "Fri-Mon 01:00-04:00",
        "Mon 04:00-01:00",
        "Mon 01:00-01:00",
        "Mon 23:00-24:01",
        "Mon 25:00-26:00",
        "Mon 01:60-02:00",
        "mon 01:00-02:00",
        "Mon 1:00-2:00",
        "Mon 01:00-02:00 ",
    ],
)
def test_what_are_no_hours(text: str) -> None:
    assert parse_hours(text) is None
