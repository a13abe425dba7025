"""The four clocks: connect, first token, stall and the whole run.

Pure arithmetic on times that the caller gives, so that one wait for the network lasts just as long as the nearest
clock allows, and the clock that ran out can be named.
"""

from __future__ import annotations

from dsk.errors import ClockFault, StallFault

# A socket wants a time-out above zero; a clock that has run out while bytes were at hand gets this last look.
LEAST = 0.001
# Seconds that a server may take between the finish reason and what follows it, token counts and [DONE].
END_WAIT = 5.0
#: Seconds. Without the module math, which is a library of its own to load.
ENDLESS = float("inf")


class Clocks:
    """The clocks of one run; every time is in seconds, ``now`` that of ``time.monotonic``."""

    def __init__(self, now: float, *, connect: float, first_token: float, stall: float, max_time: float | None) -> None:
        self.connect = connect
        self.first_token = first_token
        self.stall = self._whole_stall = stall
        self.max_time = max_time
        self.begun = now
        #: Seconds that every wait may last, until one of the methods below is called; 0 where that depends on when it
        #: begins.
        self.steady = 0.0
        self._token_seen = False
        self._attempt = now
        # When the connection that is being made has to stand, and with whom; None once it stands.
        self._connect_by: float | None = None
        self._where = ""

    def begin_attempt(self, now: float) -> None:
        """A request is sent, the first or another: its first token is awaited from now."""
        self._attempt = now
        self._token_seen = False
        self.stall = self._whole_stall
        self._steady_up()

    def begin_connection(self, now: float, where: str) -> None:
        """A connection to this host is made from now on: name, proxy and TLS included."""
        self._connect_by = now + self.connect
        self._where = where
        self._steady_up()

    def connected(self) -> None:
        """The connection stands: from now on a server that is silent stalls."""
        self._connect_by = None
        self._steady_up()

    def token_came(self) -> None:
        """The first token is there, or nobody waits for one."""
        self._token_seen = True
        self._steady_up()

    def expect_end(self) -> None:
        """The text is whole: what may still come, comes at once."""
        self.stall = min(self.stall, END_WAIT)
        self._steady_up()

    def wait(self, now: float) -> float:
        """How long one wait for the network may last from now; ``ENDLESS`` is without end."""
        wait = self.stall if self._connect_by is None else self._connect_by - now
        if self.max_time is not None:
            wait = min(wait, self.begun + self.max_time - now)
        if not self._token_seen:
            wait = min(wait, self._attempt + self.first_token - now)
        return max(wait, LEAST)

    def left(self, now: float) -> float:
        """How much time the whole run has left; ``ENDLESS`` is without end. Raises ``ClockFault`` if there is none."""
        if self.max_time is None:
            return ENDLESS
        left = self.begun + self.max_time - now
        if left <= 0:
            raise self._run_fault(self.max_time)
        return left

    def fault(self, now: float) -> ClockFault:
        """The clock that ran out, as a wait has lasted as long as it might."""
        late = self._late(now + LEAST)
        return late or (self._stall_fault() if self._connect_by is None else self._connect_fault())

    def check(self, now: float) -> None:
        """Raise ``ClockFault`` if connection, first token or the whole run is late, however many bytes come."""
        late = self._late(now)
        if late:
            raise late

    def _steady_up(self) -> None:
        is_steady = self._token_seen and self.max_time is None and self._connect_by is None
        self.steady = self.stall if is_steady else 0.0

    def _late(self, now: float) -> ClockFault | None:
        if self.max_time is not None and now >= self.begun + self.max_time:
            return self._run_fault(self.max_time)
        if not self._token_seen and now >= self._attempt + self.first_token:
            return self._first_token_fault()
        if self._connect_by is not None and now >= self._connect_by:
            return self._connect_fault()
        return None

    def _run_fault(self, max_time: float) -> ClockFault:
        why = f"--max-time {max_time:g} s is over"
        return ClockFault("the run took too long", why, hint="raise --max-time, or ask for less")

    def _first_token_fault(self) -> ClockFault:
        why = f"the first-token clock ran out after {self.first_token:g} s"
        if self._connect_by is not None:
            return ClockFault(f"no connection to {self._where}", why, hint="check the network, or raise --first-token")
        return ClockFault("no first token", why, hint="the server is busy: try again later, or raise --first-token")

    def _connect_fault(self) -> ClockFault:
        return ClockFault(
            f"no connection to {self._where}",
            f"the connect clock ran out after {self.connect:g} s",
            hint="check the network, or raise --connect-timeout",
            transient=True,
        )

    def _stall_fault(self) -> ClockFault:
        return StallFault(
            "the server went silent",
            f"not one byte for {self.stall:g} s",
            hint="try again, or raise --stall",
            transient=True,
        )
