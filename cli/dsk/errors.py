"""What can go wrong, named by whose fault it is, and the exit status of each.

Every room raises a ``Failure`` from here; ``main`` alone turns it into stderr lines and a status. No room
prints an error itself, and foreign exceptions are translated where they are met.
"""

from __future__ import annotations

from enum import IntEnum
from typing import ClassVar


class Status(IntEnum):
    """The exit statuses, as listed in dsk(1) under EXIT STATUS."""

    OK = 0
    FAILED = 1
    USAGE = 2
    KEY = 3
    BALANCE = 4
    RATE = 5
    SERVER = 6
    NETWORK = 7
    CLOCK = 8
    REFUSED = 9
    LENGTH = 10
    FILTERED = 11
    BROKEN = 12
    INVALID = 13
    HUNG_UP = 129
    INTERRUPTED = 130
    CLOSED = 141
    TERMINATED = 143


# Whatever a server echoes, a key is in no message: failures are the one way for its words into any output.
# What is shorter ("ollama", "none") is a word, which servers that want no key are given, and texts hold.
SHORTEST_SECRET = 8
_secrets: list[str] = []


def hide_secret(secret: str) -> None:
    """From now on, no failure shows this text."""
    if len(secret) >= SHORTEST_SECRET and secret not in _secrets:
        _secrets.append(secret)


def without_secrets(text: str) -> str:
    """The text with every secret in it, in capitals or not, replaced."""
    for secret in _secrets:
        if secret.lower() in text.lower():
            import re

            text = re.sub(re.escape(secret), "[key]", text, flags=re.IGNORECASE)
    return text


class Failure(Exception):
    """A run that did not give the whole answer: what happened, why, and the next step.

    ``what`` and ``why`` make the line ``dsk: what: why``; ``hint`` is the second line. ``http_status`` and
    ``trace`` are the server's, where one answered. ``transient``: the same request may well succeed soon;
    ``retry_after`` is the wait in seconds that the server asks for.
    """

    status: ClassVar[Status] = Status.FAILED

    def __init__(
        self,
        what: str,
        why: str = "",
        *,
        hint: str = "",
        http_status: int | None = None,
        trace: str = "",
        transient: bool = False,
        retry_after: float | None = None,
    ) -> None:
        what, why, trace = without_secrets(what), without_secrets(why), without_secrets(trace)
        super().__init__(what, why)
        self.what = what
        self.why = why
        self.hint = hint
        self.http_status = http_status
        self.trace = trace
        self.transient = transient
        self.retry_after = retry_after
        #: Whether the server is known not to go on with the answer that has broken off.
        self.is_final = False

    @property
    def message(self) -> str:
        """One line without the program's name: what, why, and where the server said it."""
        said = f"{self.what}: {self.why}" if self.why else self.what
        origin = [f"HTTP {self.http_status}"] if self.http_status else []
        origin += [f"trace {self.trace}"] if self.trace else []
        line = f"{said} ({', '.join(origin)})" if origin else said
        return " ".join(line.split())


class LocalFault(Failure):
    """This machine: a full disk, a file that cannot be written, a helper program that is missing."""


class UnwrittenFault(LocalFault):
    """The answer could not be written where it was to go."""


class UsageFault(Failure):
    """The user's: an unknown option, a bad value, a prompt that cannot be sent as it is."""

    status = Status.USAGE


class KeyFault(Failure):
    """No key was found, or the server refused it (401, 403)."""

    status = Status.KEY


class BalanceFault(Failure):
    """The account's balance is used up (402)."""

    status = Status.BALANCE


class RateFault(Failure):
    """Too many requests (429)."""

    status = Status.RATE


class ServerFault(Failure):
    """The server failed (5xx)."""

    status = Status.SERVER


class NetworkFault(Failure):
    """No answer began: DNS, connect, TLS or the proxy failed."""

    status = Status.NETWORK


class ClockFault(Failure):
    """One of the four clocks ran out: connect, first token, stall, total."""

    status = Status.CLOCK


class StallFault(ClockFault):
    """The stall clock: a server that had been reached fell silent."""


class RefusedFault(Failure):
    """The server refused the request (400, 404, 413, 422 and other 4xx)."""

    status = Status.REFUSED


class LengthFault(Failure):
    """The token limit cut the answer."""

    status = Status.LENGTH


class FilterFault(Failure):
    """The content filter cut the answer."""

    status = Status.FILTERED


class BrokenFault(Failure):
    """The stream broke after it had begun."""

    status = Status.BROKEN


class InvalidFault(Failure):
    """The answer is whole, but is not what was asked for."""

    status = Status.INVALID


class IncompleteFault(Failure):
    """Of many records, some have no whole answer."""


class InterruptFault(Failure):
    """The user stopped the run with ^C."""

    status = Status.INTERRUPTED


class TerminateFault(Failure):
    """SIGTERM stopped the run."""

    status = Status.TERMINATED


class HangUpFault(Failure):
    """SIGHUP stopped the run: its terminal has gone."""

    status = Status.HUNG_UP


class ReaderGone(Failure):
    """Whoever read stdout has closed it: nobody is left to tell, so it is never printed."""

    status = Status.CLOSED


class Terminated(BaseException):
    """SIGTERM or SIGHUP has arrived; raised in the main thread wherever it is."""

    def __init__(self, fault: Failure) -> None:
        super().__init__(fault)
        self.fault = fault
