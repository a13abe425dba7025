"""A logged run for programs and for people: its JSON object, its status in a word, its tokens and times. Pure, but
for the local time zone."""

from __future__ import annotations

import json
import time
from typing import TYPE_CHECKING, Any

from dsk.errors import Status

if TYPE_CHECKING:
    from dsk.state.log.reader import Run


def fields(run: Run, body: str) -> dict[str, Any]:
    """The run as one object: what ``--json`` of ``dsk ask`` has, under the same names, and what the log knows
    besides. Times are seconds, ``begun`` and ``ended`` since the epoch."""
    return {
        "run": run.id,
        "state": run.state,
        "begun": round(run.begun, 3),
        "ended": None if run.ended is None else round(run.ended, 3),
        "command": run.command,
        "profile": run.profile,
        "base_url": run.base_url,
        "model_asked": run.model_asked,
        "session": None if run.session is None else int(run.session),
        "version": run.version,
        "request": _request(body),
        "id": run.response_id,
        "model": run.model,
        "content": run.content,
        "reasoning": run.reasoning,
        "tool_calls": _value(run.tool_calls, []),
        "finish_reason": run.finish_reason,
        "usage": _value(run.usage, None),
        "choices": choices_of(run),
        "timing": {"first_token": run.first_token, "total": run.total},
        "resumed": _value(run.resumed, []),
        "status": run.status,
        "http_status": run.http_status,
        "error": _value(run.error, None),
        "cached": bool(run.cached),
    }


def row(run: Run, text: str) -> dict[str, Any]:
    """What a list says of a run, as an object; ``text`` is its line of prompt or answer."""
    return {
        "run": run.id,
        "begun": round(run.begun, 3),
        "session": None if run.session is None else int(run.session),
        "model": run.model or run.model_asked,
        "state": run.state,
        "status": run.status,
        "cached": bool(run.cached),
        "tokens": tokens(run),
        "text": text,
    }


def status_word(run: Run) -> str:
    """``ok``, what went wrong in a word, ``running`` or ``killed``."""
    if run.state != "ended" or run.status is None:
        return run.state
    try:
        return Status(run.status).name.lower().replace("_", " ")
    except ValueError:
        # Written by a later version.
        return str(run.status)


def tokens(run: Run) -> int | None:
    """The tokens of the answer, reasoning included, and those of streams that broke off and were gone on with; None
    if the server did not say."""
    from dsk.output.counts import paid_counts

    return paid_counts(_value(run.usage, None), _value(run.resumed, [])).completion


def local_time(seconds: float) -> str:
    """A time since the epoch as the user's clock shows it."""
    return time.strftime("%Y-%m-%d %H:%M:%S", time.localtime(seconds))


def error_text(run: Run, name: str) -> str:
    """What is told of the failure of the run under this name; "" if there was none, or nobody knows."""
    error = _value(run.error, None)
    return str(error.get(name) or "") if isinstance(error, dict) else ""


def choices_of(run: Run) -> list[dict[str, Any]]:
    """All choices; mostly the one that there was, if there was one."""
    if run.choices:
        found: list[dict[str, Any]] = json.loads(run.choices)
        return found
    if not (run.content or run.reasoning or run.tool_calls or run.finish_reason):
        return []
    return [
        {
            "index": 0,
            "content": run.content,
            "reasoning": run.reasoning,
            "tool_calls": _value(run.tool_calls, []),
            "finish_reason": run.finish_reason,
        }
    ]


def _request(body: str) -> Any:
    """The body as JSON; as text if it is none."""
    try:
        return json.loads(body)
    except (ValueError, RecursionError):
        return body


def _value(text: str | None, default: Any) -> Any:
    return default if text is None else json.loads(text)
