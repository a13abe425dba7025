"""The scripted endpoint as a server: a listening socket, a thread for each connection, and what was seen.

It shares the process with its client where ``--offline`` or a test starts it, so it imports no more than it needs.
"""

from __future__ import annotations

import select
import socket
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from types import TracebackType
from typing import TYPE_CHECKING

from dsk.errors import LocalFault
from dsk.scripted.connection import Conversation
from dsk.scripted.endpoint import Endpoint
from dsk.scripted.peer import Peer
from dsk.scripted.script import Script
from dsk.scripted.seen import Seen

if TYPE_CHECKING:
    import ssl

BACKLOG = 1024
HANDSHAKE_SECONDS = 10.0
RETRY_SECONDS = 0.01
#: How long ``close`` waits for the connections' threads to notice, in seconds.
CLOSE_SECONDS = 2.0
#: Addresses that stand for every interface, and the one to reach them by.
ANY = {"0.0.0.0": "127.0.0.1", "::": "::1"}


class ScriptedServer:
    """An endpoint that answers from a script, listening from the moment it is made until it is closed.

    ``requests`` holds what was asked, in the order of arrival, unless ``keep_requests`` is false. ``observe`` is
    called with each request when its response has ended, from the thread of its connection. With ``tls`` the
    endpoint speaks https. Raises ``LocalFault`` if it cannot listen there.
    """

    def __init__(
        self,
        script: Script,
        host: str = "127.0.0.1",
        port: int = 0,
        *,
        tls: ssl.SSLContext | None = None,
        keep_requests: bool = True,
        observe: Callable[[Seen], None] | None = None,
    ) -> None:
        self.requests: list[Seen] = []
        self._script = script
        self._tls = tls
        self._keep_requests = keep_requests
        self._observe = observe
        self._endpoint = Endpoint(script, int(time.time()))
        self._lock = threading.Lock()
        self._peers: set[Peer] = set()
        self._threads: set[threading.Thread] = set()
        self._closing = False
        self._listener = _listen(host, port)
        self._address = self._listener.getsockname()
        self._wake, self._waker = socket.socketpair()
        self._acceptor = _thread(self._accept_all)
        self._acceptor.start()

    @property
    def address(self) -> str:
        """The address that is really listened on, as a number."""
        return str(self._address[0])

    @property
    def port(self) -> int:
        """The port that is really listened on."""
        port: int = self._address[1]
        return port

    @property
    def base_url(self) -> str:
        """Where the endpoint is, without a trailing slash and without the script's ``base_path``."""
        host = ANY.get(self.address, self.address)
        return f"{'https' if self._tls else 'http'}://{f'[{host}]' if ':' in host else host}:{self.port}"

    def __enter__(self) -> ScriptedServer:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Stop listening and end all connections."""
        with self._lock:
            self._closing = True
        self._waker.close()
        self._acceptor.join()
        with self._lock:
            peers, threads = list(self._peers), list(self._threads)
        for peer in peers:
            peer.end()
        end = time.monotonic() + CLOSE_SECONDS
        for thread in threads:
            thread.join(max(end - time.monotonic(), 0.0))

    def _accept_all(self) -> None:
        poll = select.poll()
        poll.register(self._listener, select.POLLIN)
        poll.register(self._wake, select.POLLIN)
        while True:
            ready = {descriptor for descriptor, _ in poll.poll()}
            if self._wake.fileno() in ready:
                break
            try:
                connection, _ = self._listener.accept()
            except OSError:
                # Out of descriptors, most likely: until some are freed, trying at once is no use.
                time.sleep(RETRY_SECONDS)
                continue
            thread = _thread(self._serve, connection)
            with self._lock:
                self._threads.add(thread)
                thread.start()
        self._listener.close()
        self._wake.close()

    def _serve(self, connection: socket.socket) -> None:
        try:
            with suppress(OSError):
                self._converse(self._secured(connection))
        finally:
            connection.close()
            with self._lock:
                self._threads.discard(threading.current_thread())

    def _secured(self, connection: socket.socket) -> socket.socket:
        """The connection after the TLS handshake, if there is to be one. Raises ``OSError``."""
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        if self._tls:
            connection.settimeout(HANDSHAKE_SECONDS)
            connection = self._tls.wrap_socket(connection, server_side=True)
        connection.settimeout(None)
        return connection

    def _converse(self, connection: socket.socket) -> None:
        peer = Peer(connection)
        with self._lock:
            if not self._closing:
                self._peers.add(peer)
        try:
            if peer in self._peers:
                Conversation(peer, self._endpoint, self._script.body_limit, self._began, self._ended).run()
        finally:
            peer.close()
            with self._lock:
                self._peers.discard(peer)

    def _began(self, seen: Seen) -> None:
        if self._keep_requests:
            with self._lock:
                self.requests.append(seen)

    def _ended(self, seen: Seen) -> None:
        with self._lock:
            # It was not the client that left.
            seen.closed_early = seen.closed_early and not self._closing
        if self._observe:
            self._observe(seen)


def _thread(target: Callable[..., None], *args: object) -> threading.Thread:
    return threading.Thread(target=target, args=args, daemon=True, name="dsk-scripted")


def _listen(host: str, port: int) -> socket.socket:
    where = f"{host}:{port}"
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE)
    except (OSError, UnicodeError) as error:
        raise LocalFault(f"cannot listen on {where}", _why(error), hint="choose another --host") from error
    family, _, _, _, address = found[0]
    listener = socket.socket(family, socket.SOCK_STREAM)
    try:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind(address)
        listener.listen(BACKLOG)
    except (OSError, OverflowError) as error:
        listener.close()
        raise LocalFault(
            f"cannot listen on {where}", _why(error), hint="choose another --port; 0 takes a free one"
        ) from error
    return listener


def _why(error: Exception) -> str:
    return (error.strerror if isinstance(error, OSError) and error.strerror else str(error)).lower()
