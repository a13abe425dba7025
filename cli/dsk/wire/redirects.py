"""Where a redirect leads, and whether to go there. Pure."""

from __future__ import annotations

from urllib.parse import urljoin, urlsplit

# RFC 9110, 15.4: these two alone promise that the method and the body stay as they are.
KEEPS_METHOD = (307, 308)
FOLLOWED = (301, 302, 303, *KEEPS_METHOD)


def may_follow(status: int, *, has_body: bool) -> bool:
    """Whether a status is a redirect after which the same request can be made elsewhere."""
    return status in (KEEPS_METHOD if has_body else FOLLOWED)


def target_of(url: str, location: str) -> str | None:
    """The address that a Location header gives, None if it is none, or not one of http(s)."""
    try:
        target = urljoin(url, readable(location)) if location else ""
        parts = urlsplit(target)
        parts.port  # noqa: B018 - a bad port is found only when it is asked for
    except ValueError:
        return None
    return target if parts.scheme in ("http", "https") and parts.hostname else None


def readable(location: str) -> str:
    """The header as its sender meant it: http.client takes every header for Latin-1, addresses are UTF-8."""
    return location.encode("latin-1", "replace").decode("utf-8", "replace")


def same_server(url: str, target: str) -> bool:
    """Whether the key may follow: same scheme, host and port."""
    one, two = urlsplit(url), urlsplit(target)
    return (one.scheme, one.hostname, one.port) == (two.scheme, two.hostname, two.port)
