"""What of a body decides, later on, how its answer is judged and where it may be taken up again. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from dsk.request.prefix import is_completion, is_prefix
from dsk.request.schema.asking import KEPT, tools_in, wanted_in


def outline(fields: Mapping[str, Any]) -> dict[str, Any]:
    """The body without what was asked: a prefix of the answer is all that stays of its messages."""
    kept = {name: fields[name] for name in ("n", "echo") if name in fields}
    if "response_format" in fields:
        wanted = fields["response_format"]
        kept["response_format"] = {"type": wanted.get("type")} if isinstance(wanted, dict) else wanted
    if wanted := wanted_in(fields):
        kept[KEPT] = wanted._asdict()
    if {"response_format", KEPT} & kept.keys() and (names := tools_in(fields)):
        kept["tools"] = [{"type": "function", "function": {"name": name}} for name in names]
    if is_completion(fields):
        kept["prompt"] = "" if isinstance(fields["prompt"], str) else []
    messages = fields.get("messages")
    if isinstance(messages, list):
        last = [message for message in messages[-1:] if is_prefix(message)]
        kept["messages"] = [
            {name: message[name] for name in ("role", "content", "reasoning_content", "prefix") if name in message}
            for message in last
        ]
    return kept
