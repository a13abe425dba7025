"""One record of the input. Pure."""

from __future__ import annotations

import json
from hashlib import blake2b
from typing import Any

from dsk.records import NamedTuple

#: Bytes of a digest: enough to tell a billion records apart.
DIGEST_SIZE = 8


class Record(NamedTuple):
    """What is to be asked once.

    ``number`` counts the records of the input from 1; ``file`` is ``-`` for stdin, ``line`` that of the file where the
    record begins, from 1. ``value`` is a text, or an object with fields. ``trouble`` says why it cannot be asked, and
    ``hint`` what to do about that.
    """

    number: int
    file: str
    line: int
    value: str | dict[str, Any]
    trouble: str = ""
    hint: str = ""

    @property
    def name(self) -> str | int:
        """What its answer is called by: its own ``id``, or its number."""
        own = self.value.get("custom_id", self.value.get("id")) if isinstance(self.value, dict) else None
        return own if isinstance(own, (str, int)) and not isinstance(own, bool) else self.number

    @property
    def place(self) -> str:
        """Where it is, for people."""
        return f"line {self.line} of {'stdin' if self.file == '-' else self.file}"

    @property
    def text(self) -> str:
        """All of it: the text itself, an object as JSON."""
        return self.value if isinstance(self.value, str) else compact(self.value)

    @property
    def digest(self) -> str:
        """A short name for what it holds, wherever in the input it stands: 16 hexadecimal digits."""
        return digest(self.value)


def digest(value: Any) -> str:
    """A short name for a JSON value, the same for all that are equal."""
    data = json.dumps(value, sort_keys=True, separators=(",", ":")).encode()
    return blake2b(data, digest_size=DIGEST_SIZE).hexdigest()


def compact(value: Any) -> str:
    """A value as JSON without white space."""
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))
