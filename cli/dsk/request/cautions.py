"""What DeepSeek makes of fields that have no flag: those it ignores, and those it refuses beside others. Pure.

Source: the reference of chat completions and the guide to thinking mode, in their state of autumn 2026.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

DEPRECATED = ("frequency_penalty", "presence_penalty")
#: Other servers know them.
UNKNOWN = ("n", "seed", "logit_bias", "parallel_tool_calls", "user", "max_completion_tokens")


def ignored(fields: Mapping[str, Any]) -> list[str]:
    """What to say of fields that DeepSeek takes no notice of."""
    found = [f"{name} has no effect: DeepSeek ignores it in every mode" for name in DEPRECATED if name in fields]
    return found + [f"{name} has no effect: DeepSeek does not know it" for name in UNKNOWN if name in fields]


def refused(fields: Mapping[str, Any], *, thinks: bool) -> list[str]:
    """What to say of fields that DeepSeek refuses, with HTTP 400, because of others; ``thinks``: the model is to."""
    found = []
    choice = fields.get("tool_choice")
    if thinks and (choice == "required" or isinstance(choice, dict)):
        shown = choice if isinstance(choice, str) else "of one function"
        found.append(f"tool_choice {shown} is refused by DeepSeek while the model thinks (--no-think)")
    if "top_logprobs" in fields and fields.get("logprobs") is not True:
        found.append("top_logprobs is refused by DeepSeek without logprobs (--logprobs N sets both)")
    if "stream_options" in fields and fields.get("stream") is not True:
        found.append("stream_options is refused by DeepSeek with --no-stream")
    return found
