"""The token counts of a run: a line for people on stderr, and a JSON line for ``--usage-to``."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dsk.output.counts import counts_of, pace_of

if TYPE_CHECKING:
    from dsk.ending import Ending
    from dsk.output.outlet import Outlet


class UsageLine:
    """``dsk: usage: prompt 12, cache hit 8, completion 34, reasoning 20, first token 0.52 s, 41.3 tokens/s``."""

    def __init__(self, outlet: Outlet) -> None:
        self._outlet = outlet

    def end(self, ending: Ending) -> None:
        """Write the line; a run that failed before anything could be counted has none."""
        told = usage_text(ending)
        if told or not ending.failure:
            self._outlet.put_line(f"dsk: usage: {told or 'the server did not tell'}\n".encode())


def usage_text(ending: Ending) -> str:
    """The counts and times that are known; how fast a kept answer comes says nothing of a model."""
    counts = counts_of(ending)
    pace = pace_of(ending)
    fields = [
        f"{name} {value}"
        for name, value in zip(("prompt", "cache hit", "completion", "reasoning"), counts, strict=True)
        if value is not None
    ]
    if ending.is_cached:
        return ", ".join([*fields, "cached"])
    if ending.timing.first_token is not None:
        fields.append(f"first token {ending.timing.first_token:.2f} s")
    if pace is not None:
        fields.append(f"{pace:.1f} tokens/s")
    return ", ".join(fields)


class UsageRecord:
    """Writes the server's usage object with what it belongs to, once an answer began."""

    def __init__(self, outlet: Outlet) -> None:
        self._outlet = outlet

    def end(self, ending: Ending) -> None:
        """Write the JSON line."""
        from dsk.output.json_text import json_line
        from dsk.output.summary import timing_fields

        answer = ending.answer
        if not answer.begun:
            return
        record = {
            "id": answer.id or None,
            "model": answer.model or None,
            "finish_reason": answer.finish_reason,
            "usage": ending.usage,
            "timing": timing_fields(ending.timing),
        }
        self._outlet.put(json_line(record, is_terminal=self._outlet.is_terminal))
