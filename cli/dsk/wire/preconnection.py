"""A connection that is opened, and a request that is sent over it, while the rest of the program is being loaded.

Loading requests takes longer than anything else that comes before a request. So a thread looks up the name, connects
and agrees on TLS meanwhile, by the same settings, and the request goes out as soon as there are both, the connection
and the request. requests then finds the connection made and the request sent, and reads the answer.
"""

from __future__ import annotations

import _socket
import sys
import time
from threading import Event, Lock, Thread
from typing import TYPE_CHECKING

from dsk.wire.clocks import LEAST
from dsk.wire.connecting import connect, for_libraries
from dsk.wire.direct import Address, direct_address
from dsk.wire.line import usable
from dsk.wire.local import check_key_stays_here

if TYPE_CHECKING:
    import socket
    import ssl
    from collections.abc import Callable

    from dsk.wire.endpoint import Endpoint
    from dsk.wire.line import Line

# Seconds. A server may close a connection that says nothing for long.
KEEPS = 10.0
# Seconds that one thread of Python keeps another one waiting at most: until the request is sent, and otherwise.
EAGER, USUAL = 0.0002, sys.getswitchinterval()


def preconnect(endpoint: Endpoint, connect_timeout: float) -> Preconnection | None:
    """Begin to connect to a server; None if requests has to find the way there.

    Raises ``UsageFault`` if the key is not safe on the way.
    """
    address = direct_address(endpoint.base_url)
    if address is None:
        return None
    check_key_stays_here(endpoint)
    return Preconnection(address, connect_timeout)


class Preconnection:
    """One connection to an address, opened from now on by a thread, for one request."""

    def __init__(self, address: Address, connect_timeout: float) -> None:
        self.address = address
        # When the connect clock was started.
        self._begun = time.monotonic()
        self._connect_timeout = connect_timeout
        self._lock = Lock()
        self._socket: _socket.socket | None = None
        self._opened_at: float | None = None
        self._send: Callable[[_socket.socket], None] | None = None
        self._fault: Exception | None = None
        self._is_over = False
        # Set once the request is sent, or cannot be.
        self._done = Event()
        self._tls = Tls() if address.scheme == "https" else None
        # Modules are loaded meanwhile, and each step of the handshake would wait for its turn behind them.
        sys.setswitchinterval(EAGER)
        Thread(target=self._open, name="preconnection", daemon=True).start()

    def is_fresh(self) -> bool:
        """Whether a request may be sent over it: it is on the way, or stands, has not waited for long, and nothing has
        come over it, not even its end. What comes before a request, such as a 408, is no answer to it."""
        if self._done.is_set():
            return False
        if self._opened_at is None:
            return True
        assert self._socket
        return time.monotonic() - self._opened_at < KEEPS and _is_silent(self._socket)

    def post(self, request: bytes, line: Line) -> None:
        """Send this as soon as the connection stands: at once, or in the thread that opens it.

        What goes wrong is raised by ``take``.
        """
        line.begin(self.address.header, self._begun)
        with self._lock:
            self._send = send = lambda opened: _send(opened, request, line)
            opened = self._socket if self._opened_at is not None else None
        if opened:
            self._end(send, opened)

    def make_way(self) -> None:
        """Wait for what Python has to load before TLS can be agreed on: whatever else is loaded meanwhile delays it."""
        if self._tls:
            self._tls.loaded.wait()

    def take(self, line: Line) -> _socket.socket:
        """The connection, when the request has been sent over it.

        Raises ``ClockFault`` if a clock runs out before that, and ``OSError`` if the connection fails.
        """
        try:
            # A clock that runs out raises when the next wait is measured.
            while not self._done.wait(line.wait()):
                continue
        finally:
            sys.setswitchinterval(USUAL)
        if self._fault and not (self._socket and isinstance(self._fault, (BrokenPipeError, ConnectionResetError))):
            raise self._fault
        # A server that reads no further may have said why.
        assert self._socket
        return self._socket

    def take_ordinary(self, line: Line) -> socket.socket:
        """The same, as libraries want it."""
        self.take(line)
        with self._lock:
            if self._is_over or not self._socket:
                raise _given_up()
            self._socket = ordinary = for_libraries(self._socket)
            return ordinary

    def close(self) -> None:
        """Nobody waits for it any more. May be called from any thread."""
        sys.setswitchinterval(USUAL)
        with self._lock:
            self._is_over = True
            if self._socket:
                self._socket.close()
        self._fault = self._fault or _given_up()
        self._done.set()

    def _open(self) -> None:
        try:
            opened = self._connected()
        except Exception as error:
            self._fault = error
            self._done.set()
            return
        with self._lock:
            if self._is_over:
                opened.close()
                return
            self._socket = opened
            self._opened_at = time.monotonic()
            send = self._send
        if send:
            self._end(send, opened)

    def _connected(self) -> _socket.socket:
        address = self.address
        plain = connect(address.host, address.port, usable(self._connect_timeout))
        try:
            plain.setsockopt(_socket.IPPROTO_TCP, _socket.TCP_NODELAY, 1)
            if self._tls is None:
                return plain
            settings = self._tls.context()
            plain.settimeout(usable(max(self._begun + self._connect_timeout - time.monotonic(), LEAST)))
            plain = for_libraries(plain)
            return settings.wrap_socket(plain, server_hostname=address.host.rstrip("."))
        except BaseException:
            plain.close()
            raise

    def _end(self, send: Callable[[_socket.socket], None], opened: _socket.socket) -> None:
        try:
            send(opened)
        except Exception as error:
            self._fault = error
        self._done.set()


class Tls:
    """The settings of TLS, made in a thread while the connection is on its way."""

    def __init__(self) -> None:
        self.loaded = Event()
        self._context: ssl.SSLContext | None = None
        self._fault: Exception | None = None
        Thread(target=self._load, name="tls", daemon=True).start()

    def context(self) -> ssl.SSLContext:
        """The settings, when they are there. Raises ``SSLError`` if the certificates cannot be read."""
        self.loaded.wait()
        if self._fault:
            raise self._fault
        assert self._context
        return self._context

    def _load(self) -> None:
        try:
            from dsk.wire.tls import context

            self._context = context()
        except Exception as error:
            self._fault = error
        self.loaded.set()


def _given_up() -> ConnectionAbortedError:
    return ConnectionAbortedError("the connection was given up")


def _send(opened: _socket.socket, request: bytes, line: Line) -> None:
    line.connected(opened)
    line.send(opened.sendall, request)


def _is_silent(opened: _socket.socket) -> bool:
    """Whether there is nothing to be read. TLS has messages of its own, which have to be read to know it."""
    nothing: tuple[type[OSError], ...] = (BlockingIOError,)
    if hasattr(opened, "cipher"):
        from ssl import SSLWantReadError

        nothing = (SSLWantReadError,)
    opened.settimeout(0)
    try:
        opened.recv(1)
    except nothing:
        return True
    except OSError:
        return False
    return False
