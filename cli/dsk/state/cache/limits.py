"""How large the cache may grow, and how old what is in it: sizes and ages as users write them. Pure."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from dsk.records import NamedTuple

SECONDS = {"": 1, "s": 1, "m": 60, "h": 3600, "d": 86400, "w": 7 * 86400}
BYTES = {"": 1, "K": 1 << 10, "M": 1 << 20, "G": 1 << 30}


class Limits(NamedTuple):
    """Bytes of all files, and seconds since one was written."""

    size: int = 256 << 20
    age: float = 30 * 86400.0


def age_of(value: object) -> float | None:
    """Seconds of ``90``, ``"90"``, ``"12h"`` or ``"1d"``; None for what is no age."""
    return _number(value, SECONDS, str.lower)


def size_of(value: object) -> int | None:
    """Bytes of ``4096``, ``"4096"``, ``"64K"``, ``"256M"`` or ``"1G"``; None for what is no size."""
    return _number(value, BYTES, str.upper)


def limits_of(table: Mapping[str, Any]) -> Limits:
    """What the table [cache] of the config file, which has been checked, says."""
    default = Limits()
    return Limits(size_of(table.get("max_size")) or default.size, age_of(table.get("max_age")) or default.age)


def _number(value: object, units: Mapping[str, int], fold: Any) -> int | None:
    if isinstance(value, bool) or not isinstance(value, (int, str)):
        return None
    found = re.fullmatch(r"([0-9]{1,15})([A-Za-z]?)", str(value))
    unit = units.get(fold(found[2])) if found else None
    return int(found[1]) * unit if found and unit else None
