"""From what comes of a question, in its order, to the bytes of a recording: pieces to be written one after another."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from dsk.errors import Status
from dsk.stream.recording.failures import to_fields
from dsk.stream.recording.lines import Lines, escape
from dsk.stream.recording.steps import MARK, VERSION, Head

if TYPE_CHECKING:
    from dsk.errors import Failure
    from dsk.stream.recording.steps import Follow

# What is shorter is a word that a server without keys wants in the place of one, and may be in any text.
_SHORTEST_SECRET = 16


class Writer:
    """Writes one recording. Times are in seconds from the beginning of the run."""

    def __init__(self, secret: str | None = None) -> None:
        """``secret`` is the key: if a server sends it back, there are asterisks in its place."""
        self._secret = (secret or "").encode("utf-8", "surrogateescape")
        if len(self._secret) < _SHORTEST_SECRET:
            self._secret = b""
        self._lines = Lines()

    def head(self, head: Head) -> bytes:
        """The first line."""
        return self._note({"recording": VERSION, **head._asdict()})

    def begin(self) -> bytes:
        """A stream begins, the first or another."""
        # Whoever reads this as one stream must not take two halves of frames for a whole one.
        gap = self._lines.line_end if self._lines.in_event else b""
        self._lines = Lines()
        return gap + self._note({"begin": True})

    def follow(self, follow: Follow) -> bytes:
        """The answer has ended; another question follows it, or why none does."""
        results = [result._asdict() for result in follow.results]
        fields = follow._asdict() | {"results": results, "failure": follow.failure and to_fields(follow.failure)}
        return self._note({"follow": fields})

    def opened(self, at: float, status: int | None, trace: str = "") -> bytes:
        """The server has answered, and calls that by ``trace``."""
        return self._note({"at": at, "open": status, **({"trace": trace} if trace else {})})

    def arrived(self, at: float, data: bytes) -> bytes:
        """These bytes have arrived in one read; none at the end of the body."""
        if not data:
            return self._note({"at": at, "eof": True})
        cut = self._lines.feed(data)
        skipped = self._note({"skipped": as_text(cut.skipped)}) if cut.skipped else b""
        part = {"part": as_text(cut.fresh)} if cut.fresh else {}
        return skipped + self._hide(escape(cut.lines)) + self._note({"at": at, **part})

    def failed(self, at: float, failure: Failure) -> bytes:
        """The stream failed."""
        return self._note({"at": at, "failure": to_fields(failure)})

    def delay(self, seconds: float) -> bytes:
        """This is how long to wait before the next stream."""
        return self._note({"delay": seconds})

    def end(self, at: float, status: Status, failure: Failure | None) -> bytes:
        """The run is over; ``failure`` is what stopped it, if that was nothing that came from the server.

        What stood in comments alone follows as lines, for those who read no comments.
        """
        note: dict[str, Any] = {"at": at, "end": int(status)}
        if failure:
            note["failure"] = to_fields(failure)
        return self._note(note) + self._hide(escape(self._lines.rest) or _as_event(self._lines.body))

    def _note(self, fields: dict[str, Any]) -> bytes:
        # In ASCII, so that nothing in it is a line end to anybody; and with the line end that the server is used to,
        # because some readers know the end of an event by two of the same.
        return self._hide(MARK + json.dumps(fields).encode() + self._lines.line_end)

    def _hide(self, data: bytes) -> bytes:
        return data.replace(self._secret, b"*" * len(self._secret)) if self._secret else data


def as_text(data: bytes) -> str:
    """Bytes as text that ``as_bytes`` turns back, whatever they are."""
    return data.decode("utf-8", "surrogateescape")


def as_bytes(text: str) -> bytes:
    """The bytes that ``as_text`` was given. Raises ``ValueError`` for any other text that no bytes stand for."""
    return text.encode("utf-8", "surrogateescape")


def _as_event(body: bytes) -> bytes:
    """A body that is one JSON value as one event; b"" for any other body."""
    try:
        json.loads(body)
    except (ValueError, RecursionError):
        return b""
    return b"".join(b"data: " + line + b"\n" for line in body.splitlines()) + b"\n"
