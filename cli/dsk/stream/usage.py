"""Token counts of several streams that made one answer. Pure."""

from __future__ import annotations

from typing import Any

#: No server counts further.
MOST = 2**53


def total(before: dict[str, Any] | None, now: dict[str, Any]) -> dict[str, Any]:
    """The counts of both, field by field; what is no number is as it is now."""
    if not before:
        return now
    return before | {key: _sum(before.get(key), value) for key, value in now.items()}


def is_count(value: object) -> bool:
    """Whether a value can be a number of tokens: whole, not negative, and exact in every JSON reader."""
    return isinstance(value, int) and not isinstance(value, bool) and 0 <= value <= MOST


def _sum(before: Any, now: Any) -> Any:
    if isinstance(before, dict) and isinstance(now, dict):
        return total(before, now)
    return before + now if _is_number(before) and _is_number(now) else now


def _is_number(value: object) -> bool:
    # OpenRouter tells a cost among the counts.
    return is_count(value) or isinstance(value, float)
