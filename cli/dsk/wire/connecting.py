"""Connections as Python makes them, but without the module ``socket``: to load it takes longer than to connect.

What it adds to the sockets of ``_socket`` is of use to libraries only, which are given theirs by ``for_libraries``.
"""

from __future__ import annotations

import _socket
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import socket


def connect(host: str, port: int, timeout: float | None) -> _socket.socket:
    """A connection to the first address of the host that takes one, each of which may take so many seconds.

    Raises ``OSError``, that of the last address.
    """
    fault = OSError("the name has no addresses")
    for family, kind, protocol, _, place in addresses(host, port):
        opened = _socket.socket(family, kind, protocol)
        try:
            opened.settimeout(timeout)
            opened.connect(place)
        except OSError as error:
            opened.close()
            fault = error
        else:
            return opened
    raise fault


def addresses(host: str, port: int) -> list[tuple[int, int, int, str, Any]]:
    """The addresses of a host for connections, as ``socket.getaddrinfo`` gives them. Raises ``OSError`` and
    ``UnicodeError``."""
    # As bytes it needs no IDNA codec, which would be loaded for it.
    name = host.encode() if host.isascii() else host
    return _socket.getaddrinfo(name, port, 0, _socket.SOCK_STREAM)


def for_libraries(opened: _socket.socket) -> socket.socket:
    """The same connection, as the ordinary socket in its place."""
    import socket

    if isinstance(opened, socket.socket):
        return opened
    timeout = opened.gettimeout()
    ordinary = socket.socket(fileno=opened.detach())
    ordinary.settimeout(timeout)
    return ordinary
