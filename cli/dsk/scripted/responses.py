"""Requests as read and responses as decided on: the values between the endpoint and its connections. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Literal

from dsk.records import NamedTuple
from dsk.scripted.frames import End, Frame

Headers = tuple[tuple[str, str], ...]
Writes = Literal["", "split-utf8", "tiny", "one-write"]


class HeaderMap(Mapping[str, str]):
    """Header fields by name, in any case; a field that is repeated is joined by commas."""

    def __init__(self, pairs: Iterable[tuple[str, str]] = ()) -> None:
        self.pairs = tuple(pairs)

    def __getitem__(self, name: str) -> str:
        found = [value for known, value in self.pairs if known.lower() == name.lower()]
        if not found:
            raise KeyError(name)
        return ", ".join(found)

    def __iter__(self) -> Iterator[str]:
        return iter({name.lower(): name for name, _ in self.pairs}.values())

    def __len__(self) -> int:
        return len({name.lower() for name, _ in self.pairs})

    def __repr__(self) -> str:
        return f"HeaderMap({list(self.pairs)!r})"


class Request(NamedTuple):
    """One HTTP request, read to its end. ``path`` is without its ``query``; ``minor`` is the version 1.x."""

    method: str
    path: str
    headers: HeaderMap
    body: bytes
    minor: int = 1
    query: str = ""

    @property
    def key(self) -> str:
        """The bearer token, or ""."""
        scheme, _, key = self.headers.get("authorization", "").partition(" ")
        return key.strip() if scheme.lower() == "bearer" else ""

    @property
    def wants_close(self) -> bool:
        """Whether the client wants the connection closed after the response."""
        wishes = {wish.strip().lower() for wish in self.headers.get("connection", "").split(",")}
        return "close" in wishes or (self.minor == 0 and "keep-alive" not in wishes)

    @property
    def takes_gzip(self) -> bool:
        """Whether the client accepts gzip."""
        for coding in self.headers.get("accept-encoding", "").lower().split(","):
            name, _, weight = coding.replace(" ", "").partition(";q=")
            if name in ("gzip", "*"):
                return weight.strip("0.") != "" or weight == ""
        return False


class Timing(NamedTuple):
    """When frames are due: ``pace`` in tokens a second (0: at once), ``first_token`` in seconds before that.

    ``sign`` is sent ``signs`` times while the first token is waited for.
    """

    pace: float = 0.0
    first_token: float = 0.0
    sign: bytes = b""
    signs: int = 0


class Response(NamedTuple):
    """One response. ``status`` 0 sends nothing at all before the ``end``."""

    status: int
    headers: Headers = ()
    frames: Iterable[Frame] = ()
    end: End = "whole"
    timing: Timing = Timing()
    #: The body's length where it is known beforehand.
    length: int | None = None
    close_delimited: bool = False
    gzip: bool = False
    writes: Writes = ""


def silent(end: End) -> Response:
    """No response, only an end of the connection (or, for a stall, none)."""
    return Response(0, end=end)


def plain(status: int, content_type: str, body: bytes, headers: Headers = ()) -> Response:
    """A response that is there at once, whole."""
    return Response(status, (("Content-Type", content_type), *headers), (Frame(body, 0),), length=len(body))
