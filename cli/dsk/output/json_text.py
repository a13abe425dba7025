"""JSON as this room writes it: one line, UTF-8, valid whatever the server sent."""

from __future__ import annotations

import json
from typing import Any

# json.dumps would make an encoder for every line.
_ENCODE = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"), allow_nan=False).encode


def json_line(value: Any, *, is_terminal: bool = False) -> bytes:
    """The value as one line. Lone surrogates become escapes and numbers that JSON has not become null; on a
    terminal all that could move it is escaped as well."""
    try:
        text = _ENCODE(value)
    except ValueError:
        text = _ENCODE(_finite(value))
    if is_terminal:
        from dsk.output.escapes import clean_json

        text = clean_json(text)
    try:
        return text.encode() + b"\n"
    except UnicodeEncodeError:
        import re

        return re.sub("[\ud800-\udfff]", lambda match: f"\\u{ord(match[0]):04x}", text).encode() + b"\n"


def _finite(value: Any) -> Any:
    from math import isfinite

    if isinstance(value, dict):
        return {key: _finite(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_finite(item) for item in value]
    return None if isinstance(value, float) and not isfinite(value) else value
