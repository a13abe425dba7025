"""A key in memory: what it must look like, and that it is never shown."""

from __future__ import annotations

from dsk.errors import KeyFault
from dsk.records import NamedTuple

#: Bytes of the longest key: more than any server reads of a header field.
LONGEST = 1 << 16


class Key(NamedTuple):
    """A key and the name of the place where it was found: a variable, ``key_command``, ``keyring`` or a path."""

    secret: str
    origin: str

    def __repr__(self) -> str:
        """Without the secret."""
        return f"Key(origin={self.origin!r})"


def checked_secret(data: bytes, source: str, hint: str) -> str:
    """The key in these bytes, less one line end after it.

    It goes into a header, so it must be printable ASCII without spaces. Raises ``KeyFault``, which says what is
    wrong with the key from ``source`` and does not show it, and as its ``hint`` what to do about that.
    """
    for end in (b"\r\n", b"\n", b"\r"):
        if data.endswith(end):
            data = data.removesuffix(end)
            break
    trouble = _trouble(data)
    if trouble:
        raise KeyFault(f"the key from {source} cannot be used", trouble, hint=hint)
    return data.decode("ascii")


def _trouble(data: bytes) -> str:
    if not data:
        return "it is empty"
    if len(data) > LONGEST:
        return "it is far too long for a key"
    if b"\n" in data or b"\r" in data:
        return "it has more than one line"
    if b" " in data or b"\t" in data:
        return "there is a space in it"
    if any(byte < 0x20 or byte == 0x7F for byte in data):
        return "there is a control character in it"
    return "" if data.isascii() else "there is a character in it that is not ASCII"
