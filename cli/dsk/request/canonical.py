"""The one form of all bodies that ask the same. Pure."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any


def canonical(fields: Mapping[str, Any]) -> bytes:
    """The body as JSON in ASCII: keys sorted, no white space, one spelling for every text and number.

    What a server takes for the same as leaving it out is left out: ``stream`` false or null, ``stream_options`` that
    ask for nothing or stand beside no stream. Every other field counts.
    """
    kept = {name: value for name, value in fields.items() if name not in ("stream", "stream_options")}
    if fields.get("stream"):
        kept["stream"] = fields["stream"]
        options = fields.get("stream_options")
        if isinstance(options, dict):
            options = {name: value for name, value in options.items() if value not in (None, False)}
        if options:
            kept["stream_options"] = options
    return json.dumps(_plain(kept), sort_keys=True, separators=(",", ":")).encode()


def _plain(value: Any) -> Any:
    """1.0 is the same number as 1."""
    if isinstance(value, dict):
        return {name: _plain(item) for name, item in value.items()}
    if isinstance(value, list):
        return [_plain(item) for item in value]
    return int(value) if isinstance(value, float) and value.is_integer() else value
