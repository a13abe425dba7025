"""What of a body decides, later on, how its answer is judged and where it may be taken up again. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from dsk.request.prefix import is_prefix


def outline(fields: Mapping[str, Any]) -> dict[str, Any]:
    """The body without what was asked: a prefix of the answer is all that stays of its messages."""
    kept = {"n": fields["n"]} if "n" in fields else {}
    if "response_format" in fields:
        wanted = fields["response_format"]
        kept["response_format"] = {"type": wanted.get("type")} if isinstance(wanted, dict) else wanted
    messages = fields.get("messages")
    if isinstance(messages, list):
        last = [message for message in messages[-1:] if is_prefix(message)]
        kept["messages"] = [{name: message.get(name) for name in ("role", "content", "prefix")} for message in last]
    return kept
