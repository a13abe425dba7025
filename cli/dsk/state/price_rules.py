"""What the values under [prices] must be, field by field. Pure: knows no file and no line."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date, datetime

from dsk.pricing.hours import hours_trouble, parse_hours
from dsk.state.rules import NAME, Rule

RATES = ("cache_hit", "cache_miss", "output")
PEAK_RATES = tuple(f"peak_{name}" for name in RATES)
NEEDED = ("currency", "as_of", *RATES)
#: All of these, or none.
PEAK = (*PEAK_RATES, "peak_hours")
# What is outside is no price in any currency, and what tokens cost by it no number that anybody could read.
SMALLEST, LARGEST = 1e-9, 1e9


def _is_currency(value: object) -> bool:
    return isinstance(value, str) and re.fullmatch("[A-Z]{3}", value) is not None


def _is_date(value: object) -> bool:
    return isinstance(value, date) and not isinstance(value, datetime)


def _is_rate(value: object) -> bool:
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        return False
    return value == 0 or SMALLEST <= value <= LARGEST


def _is_hours(value: object) -> bool:
    return isinstance(value, list) and all(isinstance(text, str) and parse_hours(text) for text in value)


def hours_fault(value: object) -> str:
    """The number of the first entry of a list of hours that is none, and what is wrong with it; "" for no list."""
    if not isinstance(value, list):
        return ""
    troubles = [hours_trouble(text) if isinstance(text, str) else "it is no text" for text in value]
    return next((f"entry {number}: {why}" for number, why in enumerate(troubles, 1) if why), "")


def _is_names(value: object) -> bool:
    return isinstance(value, list) and all(map(NAME.holds, value))


RATE = Rule("0 or a number from 0.000000001 to 1000000000, the price of 1,000,000 tokens", _is_rate)
PRICE: Mapping[str, Rule] = {
    "currency": Rule('three capital letters, such as "USD"', _is_currency),
    "as_of": Rule("the date on which the price was true, such as 2026-11-15 without quotes", _is_date),
    **dict.fromkeys((*RATES, *PEAK_RATES), RATE),
    "peak_hours": Rule('a list of hours in UTC, such as ["Mon-Fri 01:00-04:00"]', _is_hours),
    "host": NAME,
    "also": Rule("a list of names of models", _is_names),
}
