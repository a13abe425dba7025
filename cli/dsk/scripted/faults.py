"""The faults that the endpoint can be told to show, as a table: one line of help for each.

A fault says what a client sees, not how it is done: the rooms that edit answers, frames and writes look the
names up here. Parsing and counting are pure; nothing here knows sockets or HTTP.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Final, Literal

from dsk.records import NamedTuple

Applies = Literal["all", "answer", "stream", "prefix"]


class Kind(NamedTuple):
    """One known fault.

    ``slot`` is what it occupies: of two faults in one slot only the first that has turns left is shown.
    ``argument`` is its placeholder, in brackets where it may be left out, or "" for none. ``applies`` names
    the requests that it is for: all, those for an answer, for one that is streamed, or for one that goes on with
    a prefix.
    """

    name: str
    argument: str
    slot: str
    applies: Applies
    help: str

    @property
    def usage(self) -> str:
        """The name with its argument, as the help shows it."""
        optional = self.argument.startswith("[")
        argument = f"[={self.argument[1:]}" if optional else f"={self.argument}" if self.argument else ""
        return self.name + argument


#: The slot of faults that stand in for the whole answer.
INSTEAD: Final = "instead"

_STATUSES = {
    400: "bad request: the content is refused",
    401: "the key is refused",
    402: "insufficient balance",
    403: "forbidden",
    404: "not found",
    413: "request too large, an HTML page",
    422: "the body does not fit the schema, plain text",
    429: "too many requests",
    500: "internal server error",
    502: "bad gateway, an HTML page",
    503: "service too busy",
    504: "gateway timeout, an HTML page",
}

_TABLE: tuple[Kind, ...] = (
    *(Kind(str(status), "[SECONDS]", INSTEAD, "all", f"HTTP {status}: {text}") for status, text in _STATUSES.items()),
    Kind("redirect", "URL", INSTEAD, "all", "HTTP 307 to URL"),
    Kind("html", "", INSTEAD, "all", "HTTP 200 with an HTML page, as captive portals give"),
    Kind("stall", "", INSTEAD, "all", "not one byte, the connection open until the client leaves"),
    Kind("drop", "", INSTEAD, "all", "the connection is closed without one byte"),
    Kind("reset", "", INSTEAD, "all", "the connection is reset without one byte"),
    Kind("no-prefix", "", INSTEAD, "prefix", "HTTP 400 to a prefix completion"),
    Kind("drop-after", "N", "end", "stream", "after N tokens the connection is closed in mid-body"),
    Kind("reset-after", "N", "end", "stream", "after N tokens the connection is reset"),
    Kind("stall-after", "N", "end", "stream", "after N tokens nothing more, the connection open"),
    Kind("error-after", "N", "end", "stream", "after N tokens an error frame, and the stream ends"),
    Kind("cut-frame-after", "N", "end", "stream", "after N tokens half a frame, and the connection is closed"),
    Kind("late-error", "", "end", "stream", "an error frame after the finish reason, in place of [DONE]"),
    Kind("garbage-after", "N", "garbage", "stream", "after N tokens a frame that is not JSON; the rest follows"),
    Kind("no-done", "", "done", "stream", "the stream ends without [DONE]"),
    Kind("no-finish", "", "finish", "stream", "[DONE] comes without a finish reason"),
    Kind("finish", "REASON", "finish", "answer", "the finish reason is REASON, whatever the answer"),
    Kind("empty", "", "empty", "answer", "an answer without content"),
    Kind("misfit", "", "misfit", "answer", "JSON that does not fit the schema it was asked for by"),
    Kind("repeat-prefix", "", "repeat-prefix", "prefix", "a prefix completion begins with the prefix again"),
    Kind("not-stream", "", "not-stream", "stream", "one JSON object although a stream was asked for"),
    Kind("usage-alone", "", "usage-alone", "stream", "usage in a chunk of its own, its choices empty"),
    Kind("close-delimited", "", "framing", "all", "a body without length, ended by closing the connection"),
    Kind("gzip", "[always]", "gzip", "all", "gzip, flushed at every token, where accepted, or always"),
    Kind("crlf", "", "crlf", "stream", "lines end in CR LF"),
    Kind("bom", "", "bom", "stream", "the stream begins with a byte order mark"),
    Kind("no-space", "", "no-space", "stream", "no space after the colon of a field"),
    Kind("comments", "", "comments", "stream", "a comment before every token"),
    Kind("split-utf8", "", "writes", "all", "writes end inside UTF-8 characters"),
    Kind("tiny", "", "writes", "all", "every byte of the body in a write of its own"),
    Kind("one-write", "", "writes", "all", "the whole response in one write"),
)

#: Every known fault by its name, in the order of the manual.
KINDS: Final[dict[str, Kind]] = {kind.name: kind for kind in _TABLE}


class Fault(NamedTuple):
    """A fault as asked for: ``times`` None means at every request that it applies to."""

    name: str
    argument: str = ""
    times: int | None = None

    @property
    def kind(self) -> Kind:
        """The fault's line in the table."""
        return KINDS[self.name]

    @property
    def number(self) -> int:
        """The argument as a whole number; 0 where there is none."""
        return int(self.argument or 0)


_LACKS_NUMBER = re.compile(r"(?P<fault>(?P<name>[a-z0-9-]+)(?:=\d+)?)x")
_FORM = re.compile(r"(?P<name>[a-z0-9-]+?)(?:=(?P<argument>.*?))?(?:x(?P<times>\d+))?", re.DOTALL)


def parse_fault(text: str) -> Fault:
    """Read ``NAME[=ARG][xTIMES]``, such as ``429x2`` or ``drop-after=20``.

    Raises ``ValueError`` with a message for the user: an unknown name, an argument missing, not wanted or not
    a number, a fault that is to be shown no times.
    """
    match = _FORM.fullmatch(text)
    kind = KINDS.get(match["name"]) if match else None
    lacking = None if kind and match and match["argument"] is None else _LACKS_NUMBER.fullmatch(text)
    if lacking and lacking["name"] in KINDS and KINDS[lacking["name"]].argument not in ("URL", "REASON"):
        raise ValueError(f"fault {lacking['name']} has no number after its x: {lacking['fault']}x2")
    if match is None or kind is None:
        raise ValueError(f"unknown fault {text!r}")
    argument = match["argument"]
    if argument is None and kind.argument and not kind.argument.startswith("["):
        raise ValueError(f"fault {kind.name} needs an argument: {kind.name}={kind.argument}")
    if argument is not None and not _fits(kind, argument):
        wanted = f"takes {kind.argument.strip('[]')}" if kind.argument else "takes no argument"
        raise ValueError(f"fault {kind.name} {wanted}, not {argument!r}")
    times = int(match["times"]) if match["times"] else None
    if times == 0:
        raise ValueError(f"fault {kind.name} cannot be shown x{match['times']} times: at least x1")
    return Fault(kind.name, argument or "", times)


def _fits(kind: Kind, argument: str) -> bool:
    wanted = kind.argument.strip("[]")
    if wanted in ("N", "SECONDS"):
        return argument.isascii() and argument.isdigit()
    if wanted in ("URL", "REASON"):
        return argument != "" and argument.isprintable()
    return argument != "" and argument == wanted


class FaultDeck:
    """Faults with their turns counted down. Not locked: its owner is."""

    def __init__(self, faults: Iterable[Fault]) -> None:
        self._faults = tuple(faults)
        self._left = [fault.times for fault in self._faults]

    def take(self, applies: Iterable[Applies]) -> dict[str, Fault]:
        """The faults to show at one request, by name; each one's turns are counted down.

        ``applies`` says what the request is. A fault that stands in for the whole answer comes alone.
        """
        live = [
            place
            for place, fault in enumerate(self._faults)
            if fault.kind.applies in applies and self._left[place] != 0
        ]
        instead = [place for place in live if self._faults[place].kind.slot == INSTEAD]
        slots: dict[str, int] = {}
        for place in instead[:1] or live:
            slots.setdefault(self._faults[place].kind.slot, place)
        for place in slots.values():
            left = self._left[place]
            self._left[place] = None if left is None else left - 1
        return {self._faults[place].name: self._faults[place] for place in slots.values()}
