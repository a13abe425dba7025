"""The text in the content of a message, be it a string or a list of typed parts. Pure."""

from __future__ import annotations


def split_content(content: object) -> tuple[str, str]:
    """The (reasoning, text) of a content: a string, null, one part, or a list of parts.

    Parts are ``{"type": "text", "text": ...}``, and ``{"type": "thinking", "thinking": ...}`` on Mistral; parts of
    other types, such as images, hold no text and are left out.
    """
    if isinstance(content, str):
        return "", content
    if isinstance(content, dict):
        thinking = content.get("thinking")
        if thinking:
            return "".join(split_content(thinking)), ""
        text = content.get("text")
        return "", text if isinstance(text, str) else ""
    if isinstance(content, list):
        parts = [split_content(part) for part in content]
        return "".join(part[0] for part in parts), "".join(part[1] for part in parts)
    return "", ""
