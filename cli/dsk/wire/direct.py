"""Whether an endpoint is reached the plain way: no proxy, and nothing in the URL that requests would rewrite.

What is not as plain as this is left to requests altogether, which knows all the rules.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping

from dsk.records import NamedTuple
from dsk.wire.endpoint import is_loopback
from dsk.wire.plain_url import plain_url

PORTS = {"http": 80, "https": 443}


class Address(NamedTuple):
    """Where a connection leads: the scheme of what is said over it, and the host and port of the server."""

    scheme: str
    host: str
    port: int

    @property
    def header(self) -> str:
        """The host as a request names it: RFC 9110, 7.2."""
        return self.host if self.port == PORTS[self.scheme] else f"{self.host}:{self.port}"


def direct_address(url: str, env: Mapping[str, str] = os.environ) -> Address | None:
    """The address of a URL's server, if the connection is made straight to it and the URL is sent as it is."""
    parts = plain_url(url)
    if not parts or (not is_loopback(url) and _may_have_proxy(env)):
        return None
    return Address(parts.scheme, parts.hostname, parts.port or PORTS[parts.scheme])


def _may_have_proxy(env: Mapping[str, str]) -> bool:
    # On other systems proxies are not in the environment alone.
    if sys.platform in ("darwin", "win32"):
        return True
    return any(value and name.lower().endswith("_proxy") and name.lower() != "no_proxy" for name, value in env.items())
