"""Token counts out of a usage object, whatever it lacks. Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from dsk.stream.usage import is_count

if TYPE_CHECKING:
    from dsk.ending import Ending, Timing


class Counts(NamedTuple):
    """Tokens; None where the server did not say, or said what cannot be a count. ``completion`` includes
    ``reasoning``."""

    prompt: int | None
    cache_hit: int | None
    completion: int | None
    reasoning: int | None


def token_counts(usage: dict[str, Any] | None) -> Counts:
    """The counts in a usage object: ``prompt_cache_hit_tokens`` is DeepSeek's own field, ``cached_tokens`` in
    ``prompt_tokens_details`` is OpenAI's."""
    usage = usage or {}
    hit = _number(usage, "prompt_cache_hit_tokens")
    return Counts(
        _number(usage, "prompt_tokens"),
        _number(usage.get("prompt_tokens_details"), "cached_tokens") if hit is None else hit,
        _number(usage, "completion_tokens"),
        _number(usage.get("completion_tokens_details"), "reasoning_tokens"),
    )


def pace_of(ending: Ending) -> float | None:
    """Tokens per second of a run; None if it waited for other things than tokens in between."""
    return None if ending.earlier else tokens_per_second(token_counts(ending.usage), ending.timing)


def tokens_per_second(counts: Counts, timing: Timing) -> float | None:
    """Completion tokens over the time from the first of them to the end."""
    if not counts.completion or timing.first_token is None or timing.total is None:
        return None
    seconds = timing.total - timing.first_token
    return counts.completion / seconds if seconds > 0 else None


def _number(holder: object, name: str) -> int | None:
    value = holder.get(name) if isinstance(holder, dict) else None
    return value if is_count(value) else None
