"""What DeepSeek takes in each field by itself: types, ranges and words. Pure.

Source: the reference of chat completions in its state of autumn 2026. A server may be ahead of that, so that what does
not fit is warned of, and sent all the same.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any

from dsk.records import NamedTuple
from dsk.request.fields import text_warning

MOST_STOPS = 16
MOST_TOOLS = 128
MOST_LOGPROBS = 20
LONGEST_USER_ID = 512
# The levels, and what the server takes for one of them.
EFFORTS = ("none", "low", "high", "max", "minimal", "medium", "xhigh", "ultra")
USER_ID = re.compile(r"[A-Za-z0-9_-]*")
LONGEST_SHOWN = 40


class Limit(NamedTuple):
    """What a field must be, in words that complete "it takes ...", and whether a value is that."""

    words: str
    fits: Callable[[Any], bool]


def misfits(fields: Mapping[str, Any]) -> list[str]:
    """What to say of the fields of a body whose values DeepSeek refuses. A text for a number or a switch is left to
    ``dsk.request.fields.text_warning`` where that tells of it."""
    found = []
    for name, limit in LIMITS.items():
        value = fields.get(name)
        is_told = isinstance(value, str) and text_warning(f"{name}={value}")
        if value is not None and not limit.fits(value) and not is_told:
            found.append(f"{name} {_shown(value)} is refused by DeepSeek, which takes {limit.words}")
    user_id = fields.get("user_id")
    if isinstance(user_id, str) and not USER_ID.fullmatch(user_id):
        found.append("user_id is to be of letters, digits, _ and - at DeepSeek")
    return found


def _shown(value: Any) -> str:
    text = repr(value)
    return text if len(text) <= LONGEST_SHOWN else f"{text[:LONGEST_SHOWN]}..."


def _is_number(value: Any) -> bool:
    return isinstance(value, (int, float)) and not isinstance(value, bool)


def _is_whole(value: Any) -> bool:
    return isinstance(value, int) and not isinstance(value, bool)


def _has(key: str, *words: str) -> Callable[[Any], bool]:
    return lambda value: isinstance(value, dict) and value.get(key) in words


def _is_stop(value: Any) -> bool:
    if isinstance(value, list):
        return len(value) <= MOST_STOPS and all(isinstance(one, str) for one in value)
    return isinstance(value, str)


def _is_choice(value: Any) -> bool:
    return isinstance(value, dict) or value in ("none", "auto", "required")


LIMITS = {
    "model": Limit("a text", lambda value: isinstance(value, str)),
    "temperature": Limit("a number from 0 to 2", lambda value: _is_number(value) and 0 <= value <= 2),
    "top_p": Limit("a number from 0 to 1", lambda value: _is_number(value) and 0 <= value <= 1),
    # More than the most is told of without --set as well.
    "max_tokens": Limit("a whole number, at least 1", lambda value: _is_whole(value) and value >= 1),
    "stop": Limit(f"a text or a list of up to {MOST_STOPS} texts", _is_stop),
    "stream": Limit("true or false", lambda value: isinstance(value, bool)),
    "logprobs": Limit("true or false", lambda value: isinstance(value, bool)),
    "top_logprobs": Limit(
        f"a whole number from 0 to {MOST_LOGPROBS}", lambda value: _is_whole(value) and 0 <= value <= MOST_LOGPROBS
    ),
    "thinking": Limit('{"type": "enabled"} or {"type": "disabled"}', _has("type", "enabled", "disabled")),
    "reasoning_effort": Limit("none, low, high or max", lambda value: value in EFFORTS),
    "response_format": Limit('{"type": "text"} or {"type": "json_object"}', _has("type", "text", "json_object")),
    "tools": Limit(
        f"a list of up to {MOST_TOOLS} tools", lambda value: isinstance(value, list) and len(value) <= MOST_TOOLS
    ),
    "tool_choice": Limit("none, auto, required or a function", _is_choice),
    "safety_check": Limit('{"level": "low"} or {"level": "high"}', _has("level", "low", "high")),
    "user_id": Limit(
        f"a text of up to {LONGEST_USER_ID} bytes",
        lambda value: isinstance(value, str) and len(value.encode()) <= LONGEST_USER_ID,
    ),
}
