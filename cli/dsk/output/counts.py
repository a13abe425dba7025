"""Token counts out of a usage object, whatever it lacks. Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from dsk.records import NamedTuple
from dsk.stream.usage import is_count

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

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


def counts_of(ending: Ending) -> Counts:
    """The counts of a run, as it is paid for."""
    if ending.earlier:
        return token_counts(ending.usage)
    return paid_counts(ending.usage, [event.fields() for event in ending.answer.resumed])


def pace_of(ending: Ending) -> float | None:
    """Tokens per second of a run; None if it waited for other things than tokens in between."""
    return None if ending.earlier else tokens_per_second(counts_of(ending), ending.timing)


def paid_counts(usage: dict[str, Any] | None, resumed: Sequence[Mapping[str, Any]]) -> Counts:
    """The counts of all streams of an answer, with an estimate of those that broke before the server told theirs.

    ``resumed`` is as ``--json`` has it. A request that goes on has the text so far in its prompt, which therefore was
    shorter before by what came then. None of it is taken to have been in the cache.
    """
    counts = token_counts(usage)
    broken = [(one["at"], one.get("uncounted") or 0) for one in resumed]
    if counts.prompt is None or counts.completion is None or not any(uncounted for _, uncounted in broken):
        return counts
    told = 1 + sum(not uncounted for _, uncounted in broken)
    size = counts.prompt // told
    prompt, completion = counts.prompt, counts.completion
    for at, uncounted in reversed(broken):
        size = max(size - uncounted, 0) if at else size
        prompt += size if uncounted else 0
        completion += uncounted
    return counts._replace(prompt=prompt, completion=completion)


def tokens_per_second(counts: Counts, timing: Timing) -> float | None:
    """Completion tokens over the time from the first of them to the end."""
    if not counts.completion or timing.first_token is None or timing.total is None:
        return None
    seconds = timing.total - timing.first_token
    return counts.completion / seconds if seconds > 0 else None


def _number(holder: object, name: str) -> int | None:
    value = holder.get(name) if isinstance(holder, dict) else None
    return value if is_count(value) else None
