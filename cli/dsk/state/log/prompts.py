"""What a request body asks, as text. Pure."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

TITLE_LENGTH = 200


def prompt_of(body: str | bytes) -> str:
    """The text of the last message of the user, or of ``prompt`` where there are no messages; "" if there is none.

    Parts that are not text, such as images, are left out.
    """
    return _prompt(_fields(body))


def results_of(body: str | bytes) -> str:
    """The texts of the results of tools that a body ends with; "" if it ends with none."""
    try:
        messages = json.loads(body)["messages"]
        found: list[str] = []
        while messages and messages[-1]["role"] == "tool":
            found.insert(0, _text(messages.pop().get("content")))
    except (ValueError, RecursionError, LookupError, TypeError, AttributeError):
        return ""
    return "\n\n".join(found)


def are_results(messages: Sequence[Mapping[str, Any]]) -> bool:
    """Whether these are results of tools, and nothing that the user says."""
    return bool(messages) and all(message.get("role") == "tool" for message in messages)


def last_question(turns: Sequence[Sequence[Mapping[str, Any]]]) -> int:
    """The place of the last turn in which the user says something: what comes after it are the results of tools that
    were called for it. ``turns`` are what was said in each."""
    places = (place for place in reversed(range(len(turns))) if not are_results(turns[place]))
    return next(places, 0)


def text_of_messages(messages: Sequence[Mapping[str, Any]]) -> str:
    """The text of messages; parts that are not text are left out."""
    return "\n\n".join(filter(None, (_text(message.get("content")) for message in messages)))


def title_of_body(body: str | bytes) -> str:
    """One line for lists: the beginning of what the user asks, or the names of the tools whose results are given."""
    fields = _fields(body)
    try:
        names = _names_of_results(fields["messages"])
    except (LookupError, TypeError, AttributeError):
        names = []
    return title_of(f"(results of {', '.join(names)})" if names else _prompt(fields))


def title_of(prompt: str) -> str:
    """One line for lists: the beginning of the last paragraph, where the question stands that follows a document."""
    for paragraph in reversed(prompt.split("\n\n")):
        line = " ".join(paragraph[: 2 * TITLE_LENGTH].split())
        if line:
            return line[:TITLE_LENGTH]
    return ""


def _fields(body: str | bytes) -> dict[str, Any]:
    """The object that a body is; an empty one if it is none."""
    try:
        fields = json.loads(body)
    except (ValueError, RecursionError):
        return {}
    return fields if isinstance(fields, dict) else {}


def _prompt(fields: Mapping[str, Any]) -> str:
    messages = fields.get("messages")
    if not isinstance(messages, list):
        return _text(fields.get("prompt"))
    asked = [m for m in messages if isinstance(m, dict) and m.get("role") == "user"]
    return _text(asked[-1].get("content")) if asked else ""


def _names_of_results(messages: Sequence[Mapping[str, Any]]) -> list[str]:
    """The names of the tools whose results messages end with, each once."""
    ids: list[str] = []
    for message in reversed(messages):
        if message["role"] != "tool":
            names = {call["id"]: str(call["function"]["name"]) for call in message["tool_calls"]} if ids else {}
            return list(dict.fromkeys(names.get(one, "?") for one in reversed(ids)))
        ids.append(message["tool_call_id"])
    return []


def _text(content: Any) -> str:
    parts = content if isinstance(content, list) else [content]
    texts = [part.get("text") if isinstance(part, dict) else part for part in parts]
    text = "\n\n".join(text for text in texts if isinstance(text, str))
    # Half a surrogate pair, which JSON may escape, is no text.
    return text.encode("utf-8", "replace").decode()
