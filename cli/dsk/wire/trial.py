"""The steps of a connection one by one, each with its time: name, TCP, TLS; and the proxy that stands in between."""

from __future__ import annotations

import socket
import time
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from dsk.records import NamedTuple
from dsk.wire.direct import PORTS
from dsk.wire.endpoint import is_loopback
from dsk.wire.faults import before_answer
from dsk.wire.line import usable

if TYPE_CHECKING:
    from dsk.errors import ClockFault
    from dsk.wire.clocks import Clocks


class Trial(NamedTuple):
    """A connection that stood: the address, and the seconds that each step took. ``tls`` is None over plain http,
    ``version`` what TLS was agreed on."""

    address: str
    dns: float
    tcp: float
    tls: float | None
    version: str


class Proxy(NamedTuple):
    """The proxy on the way to a server, "" for none, without a password; ``why`` names the variable that decides."""

    url: str
    why: str


def proxy_for(url: str) -> Proxy:
    """The proxy that requests takes on the way to a URL."""
    from urllib.request import getproxies

    from requests.utils import should_bypass_proxies

    parts = urlsplit(url)
    host = parts.hostname or ""
    if is_loopback(url):
        return Proxy("", "this machine needs none")
    named = getproxies()
    found = named.get(parts.scheme) or named.get("all")
    if not found:
        return Proxy("", "no variable names one")
    variable = f"{parts.scheme if named.get(parts.scheme) else 'all'}_proxy".upper()
    if should_bypass_proxies(url, None):
        return Proxy("", f"NO_PROXY names {host}, past {variable}")
    away = urlsplit(found if "://" in found else f"http://{found}")
    return Proxy(f"{away.scheme}://{away.netloc.rpartition('@')[2]}", variable)


def try_connection(url: str, clocks: Clocks) -> Trial:
    """Connect to the server of a URL and leave again, by itself. Raises ``NetworkFault`` or ``ClockFault``."""
    parts = urlsplit(url)
    host = parts.hostname or ""
    port = parts.port or PORTS.get(parts.scheme, 80)
    begun = time.monotonic()
    clocks.begin_connection(begun, host)

    def clocks_fault() -> ClockFault:
        return clocks.fault(time.monotonic())

    try:
        socket.getaddrinfo(host.encode() if host.isascii() else host, port, type=socket.SOCK_STREAM)
        named = time.monotonic()
        plain = socket.create_connection((host, port), usable(clocks.wait(named)))
    except (OSError, UnicodeError) as error:
        raise before_answer(error, clocks_fault, host) from error
    with plain:
        stood = time.monotonic()
        address = str(plain.getpeername()[0])
        if parts.scheme != "https":
            return Trial(address, named - begun, stood - named, None, "")
        from dsk.wire.tls import context

        try:
            with context().wrap_socket(plain, server_hostname=host.rstrip(".")) as secured:
                return Trial(address, named - begun, stood - named, time.monotonic() - stood, secured.version() or "")
        except OSError as error:
            raise before_answer(error, clocks_fault, host) from error


def has_route() -> bool:
    """Whether this machine has a way to others: a datagram socket is given a destination, and nothing is sent."""
    for family, address in ((socket.AF_INET, "192.0.2.1"), (socket.AF_INET6, "2001:db8::1")):
        try:
            with socket.socket(family, socket.SOCK_DGRAM) as probe:
                probe.connect((address, 9))
                return True
        except OSError:
            continue
    return False
