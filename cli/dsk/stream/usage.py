"""Token counts of several streams that made one answer. Pure."""

from __future__ import annotations

from typing import Any


def total(before: dict[str, Any] | None, now: dict[str, Any]) -> dict[str, Any]:
    """The counts of both, field by field; what is no number is as it is now."""
    if not before:
        return now
    return before | {key: _sum(before.get(key), value) for key, value in now.items()}


def _sum(before: Any, now: Any) -> Any:
    if isinstance(before, dict) and isinstance(now, dict):
        return total(before, now)
    if _is_count(before) and _is_count(now):
        return before + now
    return now


def _is_count(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)
