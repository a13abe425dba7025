"""The last line of a file of the cache: which question it answers, and the digest of all that stands above.

A comment, as event streams have them, so that the file is still a recording.
"""

from __future__ import annotations

import hashlib
import json
import os
from typing import Any, BinaryIO

from dsk.state.cache.reading import pieces

START = b": cache "
#: Bytes in which the line has its room: it has a model's name and one line of a prompt.
LONGEST = 8192


class Unsound(Exception):
    """A file that is not as it was written."""


def seal(key: str, digest: str, about: dict[str, Any]) -> bytes:
    """The line. ``digest`` is that of everything before it; ``about`` is for those who list the files."""
    return START + json.dumps({"key": key, "sha256": digest, **about}).encode() + b"\n"


def unseal(file: BinaryIO, key: str) -> int:
    """Where the last line begins. Raises ``Unsound`` if what stands above it is not what was written for this key."""
    size = file.seek(0, os.SEEK_END)
    file.seek(max(size - LONGEST, 0))
    tail = file.read()
    start = tail.rfind(b"\n" + START) + 1
    line = said_by(tail[start:])
    if not start or line is None:
        raise Unsound("it breaks off")
    end = size - len(tail) + start
    digest = hashlib.sha256()
    for data in pieces(file, end):
        digest.update(data)
    if line.get("sha256") != digest.hexdigest():
        raise Unsound("it has been changed")
    if line.get("key") != key:
        raise Unsound("it answers another question")
    return end


def said_by(line: bytes) -> dict[str, Any] | None:
    """What the line says; None if it is not one of these."""
    if not (line.startswith(START) and line.endswith(b"\n")):
        return None
    try:
        found = json.loads(line[len(START) :])
    except (ValueError, RecursionError):
        return None
    return found if isinstance(found, dict) else None
