"""A question asked again from where its answer broke off: DeepSeek's chat prefix completion.

The text so far goes back as a last assistant message with ``prefix`` set, to the beta path; reasoning that came
before it goes along. Source: the API reference of 2026-09-10, chat prefix completion.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

CHAT_PATH = "/chat/completions"
PREFIX_PATH = "/beta/chat/completions"


def takes_prefix(fields: Mapping[str, Any]) -> bool:
    """Whether an answer to this body can be taken up in the middle and still be one answer.

    Not if several choices are asked for, and not in JSON mode: a model that is held to a whole JSON value would
    begin a new one.
    """
    response_format = fields.get("response_format")
    wants_text = response_format is None or (
        isinstance(response_format, dict) and response_format.get("type") == "text"
    )
    return fields.get("n") in (None, 1) and wants_text and isinstance(fields.get("messages"), list)


def with_prefix(fields: Mapping[str, Any], content: str, reasoning: str, spent: int) -> dict[str, Any]:
    """The body that asks for the rest. ``spent`` tokens of ``max_tokens`` are used up.

    A prefix that the body had already goes before the text so far.
    """
    messages = list(fields["messages"])
    last: dict[str, Any] = {"role": "assistant", "content": content, "prefix": True}
    if messages and is_prefix(messages[-1]):
        last = messages.pop() | {"content": text_of_prefix(fields) + content}
    if reasoning:
        last["reasoning_content"] = reasoning
    again = dict(fields) | {"messages": [*messages, last]}
    if isinstance(fields.get("max_tokens"), int):
        again["max_tokens"] = max(fields["max_tokens"] - spent, 1)
    return again


def is_prefix(message: object) -> bool:
    """Whether a message is the beginning of the answer."""
    return isinstance(message, dict) and message.get("role") == "assistant" and message.get("prefix") is True


def text_of_prefix(fields: Mapping[str, Any]) -> str:
    """The beginning of the answer that the body itself gives; "" if it gives none."""
    messages = fields.get("messages")
    if not (isinstance(messages, list) and messages and is_prefix(messages[-1])):
        return ""
    content = messages[-1].get("content")
    return content if isinstance(content, str) else ""


def path_of(fields: Mapping[str, Any]) -> str:
    """The path that takes this body."""
    messages = fields.get("messages")
    has_prefix = isinstance(messages, list) and bool(messages) and is_prefix(messages[-1])
    return PREFIX_PATH if has_prefix else CHAT_PATH
