"""The question once more, after an answer that was not what was asked for."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

_TASK = "Give the whole answer again, and make it fit."


def with_fault(fields: Mapping[str, Any], said: str, fault: str) -> dict[str, Any]:
    """The body with the answer in it and the word of what is wrong with it."""
    messages = list(fields.get("messages", ()))
    if said:
        messages.append({"role": "assistant", "content": said})
    messages.append({"role": "user", "content": f"{fault}. {_TASK}"})
    return {**fields, "messages": messages}
