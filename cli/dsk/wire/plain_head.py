"""The head of an answer that is as plain as can be, which needs no HTTP library to be understood.

Almost every stream begins with one. What is not as plain as this is left to requests altogether, which knows all the
rules. Pure.
"""

from __future__ import annotations

from enum import Enum

#: Bytes of a head; a longer one is not plain, nor is one with more headers than http.client takes.
LIMIT = 16384
MOST_HEADERS = 100
END = b"\r\n\r\n"
BEGINNING = b"HTTP/1.1 200"

# What a token, a reason and a value may have in them: RFC 9110, 5.6.2, RFC 9112, 4, and RFC 9110, 5.5.
_TOKEN = b"!#$%&'*+-.^_`|~0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
_PRINTABLE = bytes(range(0x20, 0x7F))
_BLANKS = b" \t"
_FRAMING = (b"transfer-encoding", b"content-length", b"content-encoding")
_LONGEST_NUMBER = 15


class Framing(Enum):
    """How a body whose length nobody knows comes to its end: RFC 9112, 6.3."""

    CHUNKED = "chunked"
    CLOSE = "close"


def may_be_plain(head: bytes) -> bool:
    """Whether what has come of a head, its end not among it, may still become a plain one."""
    return len(head) <= LIMIT and head.startswith(BEGINNING[: len(head)])


def framing_of(head: bytes) -> Framing | int | None:
    """How the body after this head is framed, by its number of bytes, say; None if the head is not a plain 200.

    ``head`` is without the empty line that ends it.
    """
    status, *lines = head.split(b"\r\n")
    reason = status.removeprefix(BEGINNING)
    if reason == status or reason[:1].strip() or reason.strip(_PRINTABLE):
        return None
    if len(lines) > MOST_HEADERS or len(head) > LIMIT:
        return None
    found: dict[bytes, bytes] = {}
    for line in lines:
        header = _header(line)
        if not header or header[0] in found:
            return None
        name, value = header
        if name in _FRAMING:
            found[name] = value.lower()
    transfer, length, content = (found.get(name) for name in _FRAMING)
    if content is not None or (transfer is not None and (transfer != b"chunked" or length is not None)):
        return None
    if transfer:
        return Framing.CHUNKED
    if length is None:
        return Framing.CLOSE
    return int(length) if length.isdigit() and len(length) <= _LONGEST_NUMBER else None


def fields_of(head: bytes) -> dict[str, str]:
    """The headers of a plain head, their names in lower case."""
    found = map(_header, head.split(b"\r\n")[1:])
    return {header[0].decode(): header[1].decode() for header in found if header}


def _header(line: bytes) -> tuple[bytes, bytes] | None:
    """A header's name in lower case, and its value; None if it is not plain. A line that begins with a blank is no
    header of its own."""
    name, colon, value = line.partition(b":")
    if not colon or not name or name.strip(_TOKEN) or value.strip(_PRINTABLE + _BLANKS):
        return None
    return name.lower(), value.strip(_BLANKS)
