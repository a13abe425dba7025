"""The headers of a request, and its head as bytes where it is sent before requests is there."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from dsk import __version__

if TYPE_CHECKING:
    from dsk.wire.endpoint import Endpoint

# Headers that a request has anyway.
SET_HERE = {
    *("host", "user-agent", "accept-encoding", "accept", "connection", "cookie"),
    *("content-type", "content-length", "transfer-encoding"),
}


def headers_of(endpoint: Endpoint, *, has_body: bool) -> Mapping[str, str]:
    """What is said with every request, without the key."""
    headers = {
        "User-Agent": f"dsk/{__version__}",
        "Accept": "*/*",
        # A compressing proxy on the way may hold tokens back until it has a block to compress.
        "Accept-Encoding": "identity",
    }
    if has_body:
        headers["Content-Type"] = "application/json"
    return headers | dict(endpoint.headers)


def request_bytes(url: str, host: str, endpoint: Endpoint, body: bytes) -> bytes | None:
    """A POST request as requests would send it; None if the profile's headers ask for more than adding them.

    ``host`` is the value of the header of that name. A test holds the two requests side by side.
    """
    added = {name.lower() for name in endpoint.headers}
    key = endpoint.key_field
    fields = [*endpoint.headers.items(), *([key] if key else [])]
    if (
        len(added) < len(endpoint.headers)
        or added & SET_HERE
        or (key and key[0].lower() in added)
        or not all(_is_plain(name, value) for name, value in fields)
    ):
        return None
    lines = [
        f"POST /{url.split('/', 3)[3]} HTTP/1.1",
        f"Host: {host}",
        f"User-Agent: dsk/{__version__}",
        "Accept-Encoding: identity",
        "Accept: */*",
        "Connection: keep-alive",
        "Content-Type: application/json",
        *(f"{name}: {value}" for name, value in endpoint.headers.items()),
        f"Content-Length: {len(body)}",
        *([f"{key[0]}: {key[1]}"] if key else []),
    ]
    return "\r\n".join([*lines, "", ""]).encode("ascii") + body


def _is_plain(name: str, value: str) -> bool:
    """Whether a header has letters, digits and - in its name, and visible words one blank apart as its value."""
    return (
        name.isascii()
        and name.replace("-", "a").isalnum()
        and value.isascii()
        and value.isprintable()
        and "" not in value.split(" ")
    )
