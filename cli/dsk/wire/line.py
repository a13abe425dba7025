"""The socket under a request: every wait on it is under the clocks, and any thread may end it."""

from __future__ import annotations

import _socket
import os
import time
from typing import TYPE_CHECKING, Any

from dsk.wire.clocks import LEAST

if TYPE_CHECKING:
    from collections.abc import Callable

    from dsk.errors import ClockFault
    from dsk.wire.clocks import Clocks
    from dsk.wire.sockets import Arriving

# Milliseconds have to fit into a C int where a socket waits; whoever waits longer waits for ever.
LONGEST_WAIT = 2_000_000.0
# A piece of the request, small enough to show that an upload still moves.
SEND_SIZE = 65536


class Line:
    """A connection's socket, once there is one; closed for good by ``cut``, from any thread."""

    #: Told of each piece of a request: the bytes that have been sent, and how many there are.
    on_sent: Callable[[int, int], None] | None = None

    def __init__(self, clocks: Clocks) -> None:
        #: The response that is read from it, if it is one of ours.
        self.arriving: Arriving | None = None
        #: What somebody has read of the answer who could do nothing with it: it comes before all else.
        self.read_ahead = b""
        self._clocks = clocks
        #: Whether the request goes over a connection that an earlier one has left.
        self.is_reused = False
        #: Whether it is to have a connection of its own in any case.
        self.wants_new = False
        self._socket: Any = None
        self._is_cut = False
        # When to wait no longer, in seconds of time.monotonic.
        self._end: float | None = None

    def begin(self, where: str, since: float | None = None) -> float | None:
        """A connection to this host is about to be made, or has been since then; the seconds it may take, None for
        any."""
        self._socket = None
        self.is_reused = False
        self.read_ahead = b""
        now = time.monotonic()
        self._clocks.check(now)
        self._clocks.begin_connection(now if since is None else since, where)
        return usable(self._clocks.wait(now))

    def hold(self, found: Any) -> None:
        """Note a socket as soon as there is one, and again when TLS has taken its place."""
        self._socket = found
        if self._is_cut:
            self.cut()

    def connected(self, found: Any) -> None:
        """The connection stands, TLS and all: what is awaited now is the server."""
        self._clocks.connected()
        self.hold(found)

    def take_over(self, found: Any) -> None:
        """Go over a connection that stands already."""
        self.is_reused = True
        self.connected(found)

    @property
    def has_socket(self) -> bool:
        """Whether there is a connection, or one under way."""
        return self._socket is not None

    def let_go(self) -> None:
        """The connection is no longer this request's: to cut it is no matter of the line any more."""
        self._socket = None

    def drop(self) -> None:
        """Close the socket, whoever has files of it: nobody will read the answer."""
        inner, self._socket = getattr(self._socket, "socket", self._socket), None
        if inner is not None and inner.fileno() >= 0:
            os.close(inner.detach())

    @property
    def is_cut(self) -> bool:
        """Whether ``cut`` was called."""
        return self._is_cut

    def end_by(self, end: float) -> None:
        """Let no wait last past this moment of ``time.monotonic``."""
        self._end = end

    def wait(self) -> float | None:
        """The seconds until the nearest clock runs out, None for never. Raises ``ClockFault`` if one has."""
        now = time.monotonic()
        self._clocks.check(now)
        seconds = self._clocks.wait(now)
        return usable(seconds if self._end is None else min(seconds, max(self._end - now, LEAST)))

    def set_wait(self) -> None:
        """Let the next wait last until the nearest clock runs out. Raises ``ClockFault`` if one has."""
        seconds = self.wait()
        # Saying again what the socket knows costs a system call.
        if self._socket is not None and self._socket.gettimeout() != seconds:
            self._socket.settimeout(seconds)

    def send(self, send: Callable[[bytes], object], data: bytes) -> None:
        """Send it in pieces: a slow upload may take its time, one that stands still may not."""
        for at in range(0, len(data), SEND_SIZE):
            self.set_wait()
            try:
                send(data[at : at + SEND_SIZE])
            except TimeoutError as error:
                raise self.fault_of(error) from error
            if self.on_sent:
                self.on_sent(min(at + SEND_SIZE, len(data)), len(data))

    def receive(self, opened: _socket.socket, size: int) -> bytes:
        """Up to ``size`` bytes that have arrived, waiting for at least one; b"" at the end. Raises ``ClockFault`` if a
        clock runs out, and ``OSError``."""
        # Reckoning anew what the socket knows, and saying it again, would cost as much as the rest for every token.
        if opened.gettimeout() != self._clocks.steady or self._end is not None:
            self.set_wait()
        try:
            return opened.recv(size)
        except TimeoutError as error:
            raise self.fault_of(error) from error

    def fault_of(self, error: TimeoutError) -> Exception:
        """What a wait that ended by time-out stands for: a clock's fault, if the time-out was our own."""
        return self.clocks_fault() if is_our_timeout(error) else error

    def clocks_fault(self) -> ClockFault:
        """The clock that has just run out."""
        return self._clocks.fault(time.monotonic())

    def cut(self) -> None:
        """Shut the connection down: a wait in another thread comes back at once."""
        self._is_cut = True
        # TLS to a proxy that leads to TLS again is no socket, but has one.
        inner = getattr(self._socket, "socket", self._socket)
        if inner is not None:
            try:
                # SSLSocket.shutdown would pull the TLS state from under the thread that reads.
                _socket.socket.shutdown(inner, _socket.SHUT_RDWR)
            except OSError:
                return


def is_our_timeout(error: BaseException) -> bool:
    """Whether a clock ran out. The system's ETIMEDOUT, a peer that is gone, is a TimeoutError as well."""
    return isinstance(error, TimeoutError) and error.errno is None


def usable(seconds: float) -> float | None:
    """A time-out as a socket takes it: None for one that never ends."""
    return seconds if seconds < LONGEST_WAIT else None
