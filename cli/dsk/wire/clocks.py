"""The four clocks: connect, first token, stall and the whole run.

Pure arithmetic on times that the caller gives, so that one read of the network waits just as long as the
nearest clock allows, and the clock that ran out can be named.
"""

from __future__ import annotations

from dsk.errors import ClockFault, StallFault

# A socket wants a time-out above zero; a clock that has run out while bytes were at hand gets this last look.
LEAST = 0.001
# Seconds that a server may take between the finish reason and what follows it, token counts and [DONE].
END_WAIT = 5.0


class Clocks:
    """The clocks of one run; every time is in seconds, ``now`` that of ``time.monotonic``."""

    def __init__(self, now: float, *, connect: float, first_token: float, stall: float, max_time: float | None) -> None:
        self.connect = connect
        self.first_token = first_token
        self.stall = stall
        self.max_time = max_time
        self.begun = now
        self.token_seen = False
        self._attempt = now

    def begin_attempt(self, now: float) -> None:
        """A request is sent, the first or another: its first token is awaited from now."""
        self._attempt = now
        self.token_seen = False

    def expect_end(self) -> None:
        """The text is whole: what may still come, comes at once."""
        self.stall = min(self.stall, END_WAIT)

    def connect_wait(self, now: float) -> float:
        """How long a connection may take from now."""
        return min(self.connect, self._rest(now))

    def read_wait(self, now: float) -> float:
        """How long a read may wait from now for a byte."""
        wait = min(self.stall, self._rest(now))
        if not self.token_seen:
            wait = min(wait, max(self._attempt + self.first_token - now, LEAST))
        return wait

    def connect_fault(self, now: float, where: str) -> ClockFault:
        """The clock that ran out while connecting."""
        if self._total_is_out(now):
            return self._total_fault()
        return ClockFault(
            f"no connection to {where}",
            f"the connect clock ran out after {self.connect:g} s",
            hint="check the network, or raise --connect-timeout",
            transient=True,
        )

    def read_fault(self, now: float) -> ClockFault:
        """The clock that ran out while reading."""
        if self._total_is_out(now):
            return self._total_fault()
        if self.first_token_is_out(now):
            return self.first_token_fault()
        return StallFault(
            "the server went silent",
            f"not one byte for {self.stall:g} s",
            hint="try again, or raise --stall",
            transient=True,
        )

    def first_token_is_out(self, now: float) -> bool:
        """Whether the first token should have come by now; comments do not stop this clock."""
        return not self.token_seen and now >= self._attempt + self.first_token

    def first_token_fault(self) -> ClockFault:
        """The first token has not come in time."""
        return ClockFault(
            "no first token",
            f"the first-token clock ran out after {self.first_token:g} s",
            hint="the server is busy: try again later, or raise --first-token",
        )

    def check(self, now: float) -> None:
        """Raise ``ClockFault`` if the first token or the whole run is late, however many bytes come."""
        if self._total_is_out(now):
            raise self._total_fault()
        if self.first_token_is_out(now):
            raise self.first_token_fault()

    def _rest(self, now: float) -> float:
        if self.max_time is None:
            return float("inf")
        return max(self.begun + self.max_time - now, LEAST)

    def _total_is_out(self, now: float) -> bool:
        return self.max_time is not None and now >= self.begun + self.max_time

    def _total_fault(self) -> ClockFault:
        return ClockFault(
            "the run took too long",
            f"--max-time {self.max_time:g} s is over",
            hint="raise --max-time, or ask for less",
        )
