"""The last line of a file of the cache: which question it answers, and the digest of all that stands above.

A comment, as event streams have them, so that the file is still a recording.
"""

from __future__ import annotations

import hashlib
import json
from typing import Any

START = b": cache "


class Unsound(Exception):
    """A file that is not as it was written."""


def seal(key: str, digest: str, about: dict[str, Any]) -> bytes:
    """The line. ``digest`` is that of everything before it; ``about`` is for those who list the files."""
    return START + json.dumps({"key": key, "sha256": digest, **about}).encode() + b"\n"


def unseal(data: bytes, key: str) -> bytes:
    """What stands above the last line. Raises ``Unsound`` if that is not what was written for this key."""
    start = data.rfind(b"\n" + START) + 1
    line = said_by(data[start:])
    if not start or line is None:
        raise Unsound("it breaks off")
    if line.get("sha256") != hashlib.sha256(data[:start]).hexdigest():
        raise Unsound("it has been changed")
    if line.get("key") != key:
        raise Unsound("it answers another question")
    return data[:start]


def said_by(line: bytes) -> dict[str, Any] | None:
    """What the line says; None if it is not one of these."""
    if not (line.startswith(START) and line.endswith(b"\n")):
        return None
    try:
        found = json.loads(line[len(START) :])
    except (ValueError, RecursionError):
        return None
    return found if isinstance(found, dict) else None
