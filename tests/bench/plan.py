"""What the load server is to send, written in the path of the URL: client programs carry it there unknowingly."""

from __future__ import annotations

from typing import NamedTuple

#: Begins each stamp, and occurs nowhere else in a stream.
STAMP = b"@"


class Plan(NamedTuple):
    """One answer. All numbers, so that it fits into a path."""

    #: Tells the reports of the server apart.
    number: int
    tokens: int
    #: Tokens a second; 0 is as fast as they are taken.
    rate: int = 0
    #: Tokens that leave in one write, where there is a rate.
    burst: int = 1
    #: Milliseconds of silence before the first token.
    think: int = 0

    def path(self) -> str:
        """As it stands in a base URL."""
        return "/" + "/".join(map(str, self))


def parse_path(path: str) -> Plan:
    """The plan in a request's path, whatever the client put after it; raises ``ValueError`` if there is none."""
    numbers = path.split("/")[1 : len(Plan._fields) + 1]
    if len(numbers) < len(Plan._fields):
        raise ValueError(f"no plan in {path!r}")
    return Plan(*map(int, numbers))


def stamp(at: int) -> bytes:
    """The text of a token that bears a time: the monotonic clock in ns, always as long, and a blank."""
    return STAMP + b"%018d " % at


def stamps(output: bytes) -> list[int]:
    """The times in some output."""
    return [int(piece[:18]) for piece in output.split(STAMP)[1:]]
