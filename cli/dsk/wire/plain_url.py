"""URLs as plain as most of them are, told apart by a look: urllib is not loaded for these. Pure."""

from __future__ import annotations

from dsk.records import NamedTuple

_LETTERS, _DIGITS = "abcdefghijklmnopqrstuvwxyz", "0123456789"
_LABEL = f"{_LETTERS}{_DIGITS}-"
_PATH = f"{_LETTERS}{_LETTERS.upper()}{_DIGITS}_~-."
_LONGEST_LABEL = 63
_LAST_PORT = 65535


class PlainUrl(NamedTuple):
    """The parts of a URL, called as those of ``urllib.parse.SplitResult``; what it cannot have is as there as well."""

    scheme: str
    netloc: str
    path: str
    hostname: str
    port: int | None
    username: None = None
    password: None = None
    query: str = ""
    fragment: str = ""


def plain_url(url: str) -> PlainUrl | None:
    """The parts of a URL whose host is a name or an IPv4 address, in lower case, and in whose path no segment begins
    with a dot or is empty; None for every other one."""
    scheme, _, rest = url.partition("://")
    netloc, slash, path = rest.partition("/")
    host, colon, port = netloc.partition(":")
    if (
        scheme not in ("http", "https")
        or not all(map(_is_label, host.removesuffix(".").split(".")))
        or (colon and not _is_port(port))
        or (slash and not all(map(_is_segment, path.split("/"))))
    ):
        return None
    return PlainUrl(scheme, netloc, slash + path, host, int(port) if colon else None)


def _is_label(text: str) -> bool:
    return 0 < len(text) <= _LONGEST_LABEL and not text.strip(_LABEL) and text[0] != "-" != text[-1]


def _is_port(text: str) -> bool:
    return text.isascii() and text.isdigit() and text[0] != "0" and len(text) <= 5 and int(text) <= _LAST_PORT


def _is_segment(text: str) -> bool:
    return text != "" and text[0] != "." and not text.strip(_PATH)
