"""Errors that a server sends on a 200, in all the shapes that servers have for them. Pure."""

from __future__ import annotations

import json
from typing import Any

from dsk.stream.events import Trouble

_MESSAGES = ("message", "error", "detail", "msg", "reason")
_KINDS = ("type", "code", "status")
_NAMELESS = "the server gave no reason"


def find_trouble(chunk: dict[str, Any]) -> Trouble | None:
    """The error that a chunk tells of; None if it tells of none. An empty error beside choices is none.

    Known shapes: ``{"error": {...}}``, ``{"error": "text"}``, ``{"error": "name", "message": "text"}``, ``{"errors":
    [...]}`` (Cloudflare), ``{"object": "error", "message": ...}`` (vLLM), ``{"code": ..., "message": ...}``
    (DashScope), ``{"detail": ...}`` (FastAPI).
    """
    error = chunk.get("error")
    is_answer = "choices" in chunk
    if error or (error is not None and error is not False and not is_answer):
        return _beside(error, chunk) if isinstance(error, (str, int)) else trouble_of(error)
    if is_answer:
        return None
    if chunk.get("errors"):
        return trouble_of(chunk["errors"])
    has_code = chunk.get("code") and isinstance(chunk.get("message"), str)
    if has_code or chunk.get("detail") or chunk.get("object") == "error":
        return trouble_of(chunk)
    return None


def trouble_of(error: object) -> Trouble:
    """The trouble in what is known to be an error, whatever it is."""
    return Trouble(_message(error) or _NAMELESS, _kind(error))


def _beside(error: str | int, chunk: dict[str, Any]) -> Trouble:
    message = _message(chunk.get("message") or chunk.get("detail"))
    name = error.strip() if isinstance(error, str) else ""
    return Trouble(message, name or _kind(chunk)) if message else Trouble(name or _NAMELESS, _kind(chunk))


def _message(error: object) -> str:
    if isinstance(error, str):
        return error.strip()
    if isinstance(error, list) and len(error) == 1:
        return _message(error[0])
    if isinstance(error, dict):
        said = next((error[key] for key in _MESSAGES if error.get(key)), None)
        if said is not None:
            return _message(said)
    return json.dumps(error, ensure_ascii=False, separators=(",", ":")) if error else ""


def _kind(error: object) -> str:
    if isinstance(error, list) and len(error) == 1:
        return _kind(error[0])
    if not isinstance(error, dict):
        return ""
    return next((str(error[key]) for key in _KINDS if error.get(key) and isinstance(error[key], (str, int))), "")
