"""A body as it arrives, cut into the lines that may stand in a recording.

Every line end (LF, CR, CRLF, cut between CR and LF) stays as it is. Where a body is no event stream, or not yet
known to be one, there are no lines.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from dsk.records import NamedTuple
from dsk.stream.recording.steps import MARK

# The frames room skips these at the start of a body, and takes a body that begins so for no event stream.
_BOM_AND_BLANK = b"\xef\xbb\xbf \t\r\n"
_NO_STREAM = (b"{", b"[", b"<")
# A line of the server's that looks like one of ours, or like one that was made to look different from ours.
_LINE_END = re.compile(rb"\r?\n|\r")
_LIKE_OURS = re.compile(b":+" + re.escape(MARK[1:]))


class Cut(NamedTuple):
    """What some bytes have completed: ``skipped`` and ``lines`` are all that was pending and has become whole, the
    first being what a body may begin with but nothing else; ``fresh`` are those of the bytes that have not."""

    skipped: bytes
    lines: bytes
    fresh: bytes


class Lines:
    """Cuts one body."""

    def __init__(self) -> None:
        self._pending = bytearray()
        self._is_stream: bool | None = None
        self._has_lines = False
        #: How the last whole line ended.
        self.line_end = b"\n"
        #: Whether an event has begun that no blank line has ended yet.
        self.in_event = False

    @property
    def body(self) -> bytes:
        """The whole body, if it is no event stream."""
        return b"" if self._is_stream else bytes(self._pending)

    @property
    def rest(self) -> bytes:
        """The line that is not whole, if this is an event stream: the last one if nothing more comes."""
        rest = bytes(self._pending) if self._is_stream else b""
        return rest if self._has_lines else rest.lstrip(_BOM_AND_BLANK)

    def feed(self, data: bytes) -> Cut:
        """Take the bytes that have arrived."""
        if self._is_stream is None:
            self._look_at_start(data)
        end = self._end_of_lines(data) if self._is_stream else None
        if end is None:
            self._pending += data
            return Cut(b"", b"", data)
        whole = bytes(self._pending) + data[:end]
        lines = whole if self._has_lines else whole.lstrip(_BOM_AND_BLANK)
        if not lines:
            self._pending += data
            return Cut(b"", b"", data)
        self._has_lines = True
        self._pending = bytearray(data[end:])
        self.line_end = b"\r\n" if lines.endswith(b"\r\n") else lines[-1:]
        self.in_event = bool(lines.splitlines()[-1])
        return Cut(whole[: len(whole) - len(lines)], lines, data[end:])

    def _look_at_start(self, data: bytes) -> None:
        start = (bytes(self._pending) + data).lstrip(_BOM_AND_BLANK)
        if start:
            self._is_stream = not start.startswith(_NO_STREAM)

    def _end_of_lines(self, data: bytes) -> int | None:
        """Where in the data the last whole line ends; None if none does. A CR at the very end may be half of a
        line end."""
        end = max(data.rfind(b"\n"), data.rfind(b"\r", 0, -1)) + 1
        follows_cr = self._pending.endswith(b"\r") and not data.startswith(b"\n")
        return end if end or follows_cr else None


def escape(lines: bytes) -> bytes:
    """Lines of the server's, so that none of them looks like one of ours."""
    if MARK[1:] not in lines:
        return lines
    return b"".join(b":" + line if _LIKE_OURS.match(line) else line for line in lines.splitlines(keepends=True))


def unescape(lines: bytes) -> bytes:
    """Lines as the server sent them."""
    if MARK[1:] not in lines:
        return lines
    return b"".join(line[1:] if _LIKE_OURS.match(line) else line for line in lines.splitlines(keepends=True))


class Parted:
    """Cuts a recording, as it is read in pieces of any size, into lines of ours and what stands between them."""

    def __init__(self) -> None:
        self._rest = b""
        #: How many lines have been given.
        self.count = 0

    def feed(self, data: bytes) -> Iterator[tuple[bool, bytes]]:
        """Each line of ours, True, and each part between two, as far as they are whole. The end is b"": what is not
        whole then was being written when the process or the disk gave up."""
        is_end = not data
        data = self._rest + data
        at = 0
        while at < len(data):
            is_ours = data.startswith(MARK, at)
            end = _end_of_line(data, at, is_end=is_end) if is_ours else _end_of_part(data, at)
            if end <= at:
                break
            yield is_ours, data[at:end]
            self.count += _count(data[at:end])
            at = end
        self._rest = data[at:]


def _end_of_line(data: bytes, at: int, *, is_end: bool) -> int:
    """Where the line ends that begins here; 0 if that is not known yet: a CR may be half of a line end."""
    found = _LINE_END.search(data, at)
    return found.end() if found and (is_end or data[found.end() - 1 :] != b"\r") else 0


def _end_of_part(data: bytes, at: int) -> int:
    """Where a line of ours begins, or else what may be one."""
    mark = data.find(MARK, at)
    while mark > 0 and data[mark - 1] not in b"\r\n":
        mark = data.find(MARK, mark + 1)
    return mark if mark >= 0 else max(data.rfind(b"\n", at), data.rfind(b"\r", at)) + 1


def _count(lines: bytes) -> int:
    return len(lines.splitlines()) if b"\r" in lines else lines.count(b"\n")
