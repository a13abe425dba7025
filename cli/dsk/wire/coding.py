"""How a body is packed, as its headers have it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from urllib3.response import BaseHTTPResponse

from dsk.errors import BrokenFault

if TYPE_CHECKING:
    from collections.abc import Mapping

# Said by servers that pack nothing: "none" keeps compressing proxies from it, "utf-8" is a mistake for a charset.
NO_CODING = ("identity", "none", "utf-8")


def check_coding(headers: Mapping[str, str]) -> None:
    """Raise ``BrokenFault`` if the body comes in a coding that cannot be undone here."""
    for coding in _names(headers.get("Content-Encoding", "")):
        if coding not in BaseHTTPResponse.CONTENT_DECODERS:
            raise _fault(coding)
    transfer = _names(headers.get("Transfer-Encoding", ""))
    # Chunked is undone alone: RFC 9112, 7.4 lets nobody send more than a client asks for.
    if transfer not in ([], ["chunked"]):
        raise _fault(", ".join(transfer))


def _names(value: str) -> list[str]:
    names = (name.strip().lower() for name in value.split(","))
    return [name for name in names if name and name not in NO_CODING]


def _fault(coding: str) -> BrokenFault:
    return BrokenFault(
        "the answer cannot be read",
        f"it comes in the coding {coding[:80]}, which was not asked for",
        hint="a proxy on the way may have packed it; check --base-url",
    )
