"""From the bytes of a recording to what it holds."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from typing import Any

from dsk.stream.events import ToolResult
from dsk.stream.recording.failures import from_fields
from dsk.stream.recording.lines import Parted, unescape
from dsk.stream.recording.steps import (
    MARK,
    VERSION,
    Arrived,
    End,
    Failed,
    Follow,
    Head,
    Opened,
    Recording,
    Step,
    Stream,
)
from dsk.stream.recording.writing import as_bytes

_START = MARK + b'{"recording"'


class Damaged(Exception):
    """A recording that cannot be read; ``line`` is counted from 1."""

    def __init__(self, line: int, why: str) -> None:
        super().__init__(f"line {line} is damaged: {why}")
        self.line = line


def is_recording(data: bytes) -> bool:
    """Whether this is a recording, rather than an event stream as a server sends it."""
    return data.startswith(_START)


def read_recording(data: bytes) -> Recording:
    """What a recording holds; one that breaks off, as that of a process that was killed does, as far as it goes.

    Raises ``Damaged``.
    """
    return read_pieces([data])


def read_pieces(pieces: Iterable[bytes]) -> Recording:
    """The same of a recording that is read in pieces, none of which is kept. Raises ``Damaged``."""
    reader, parted = _Reader(), Parted()
    for piece in _with_end(pieces):
        for is_ours, lines in parted.feed(piece):
            if not is_ours:
                reader.take_lines(lines)
                continue
            try:
                reader.take_note(_object(lines[len(MARK) :]))
            except ValueError as error:
                raise Damaged(parted.count + 1, str(error)) from error
    return reader.close()


def _with_end(pieces: Iterable[bytes]) -> Iterator[bytes]:
    yield from filter(None, pieces)
    yield b""


class _Reader:
    def __init__(self) -> None:
        self._head: Head | None = None
        self._streams: list[Stream] = []
        self._steps: list[Step] | None = None
        self._delay: float | None = None
        self._follow: Follow | None = None
        self._end: End | None = None
        self._at = 0.0
        # Lines that no comment has told the time of, and how much of them had come before they were whole.
        self._lines = bytearray()
        self._known = 0

    def take_lines(self, lines: bytes) -> None:
        """Lines that are not ours."""
        self._lines += unescape(lines)

    def take_note(self, note: dict[str, Any]) -> None:
        """One of our comments. Raises ``ValueError`` if it says nothing that can be at its place."""
        if self._head is None:
            self._head = _head(note)
        elif "end" in note:
            self._end = End(_time(note), from_fields(note["failure"]) if "failure" in note else None)
        elif "begin" in note:
            self._close_stream()
            self._steps = []
        elif "follow" in note:
            self._close_stream()
            self._follow = _follow(note["follow"])
        elif self._steps is None:
            raise ValueError("no stream has begun")
        elif "skipped" in note:
            self._lines += _data(note, "skipped")
            return
        elif "delay" in note:
            self._delay = _number(note, "delay")
        else:
            self._at = _time(note)
            self._steps += self._steps_of(note, is_open=any(isinstance(step, Opened) for step in self._steps[:1]))
        # Only what comes before an arrival is the server's; other lines help other readers.
        self._lines.clear()

    def close(self) -> Recording:
        """All that was read."""
        if self._head is None:
            raise Damaged(1, "it breaks off")
        if self._steps and self._end is None:
            self._steps += self._arrival(b"")
        self._close_stream()
        if self._follow:
            self._streams.append(Stream((), None, self._follow))
        return Recording(self._head, tuple(self._streams), self._end)

    def _steps_of(self, note: dict[str, Any], *, is_open: bool) -> list[Step]:
        if "open" in note:
            status = note["open"]
            if not isinstance(status, int | None):
                raise ValueError("'open' is no HTTP status")
            trace = note.get("trace", "")
            if not isinstance(trace, str):
                raise ValueError("'trace' is no text")
            return [Opened(self._at, status, trace)]
        if "failure" in note:
            return [Failed(self._at, from_fields(note["failure"]))]
        if not is_open:
            raise ValueError("something arrives before the server has answered")
        if "eof" in note:
            return [Arrived(self._at, b"")]
        return self._arrival(_data(note, "part"))

    def _arrival(self, part: bytes) -> list[Step]:
        data = bytes(self._lines[self._known :]) + part
        self._known = len(part) + (0 if self._lines else self._known)
        return [Arrived(self._at, data)] if data else []

    def _close_stream(self) -> None:
        if self._steps is not None:
            self._streams.append(Stream(tuple(self._steps), self._delay, self._follow))
            self._follow = None
        self._steps, self._delay, self._known = None, None, 0


def _object(text: bytes) -> dict[str, Any]:
    try:
        value = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise ValueError(f"it is not JSON: {error}") from error
    if not isinstance(value, dict):
        raise ValueError("it is JSON, but no object")
    return value


def _head(note: dict[str, Any]) -> Head:
    version = note.get("recording")
    if version != VERSION:
        raise ValueError(f"it is a recording of version {version}, only {VERSION} is known here")
    request, policy, notes = note.get("request"), note.get("policy"), note.get("notes")
    if not (isinstance(request, dict) and isinstance(policy, dict) and isinstance(notes, list)):
        raise ValueError("the head is incomplete")
    server, begun = note.get("server"), note.get("begun")
    return Head(
        request,
        policy,
        tuple(str(text) for text in notes),
        server if isinstance(server, str) else "",
        float(begun) if isinstance(begun, (int, float)) else 0.0,
    )


def _follow(note: object) -> Follow:
    kinds = {"request": dict, "said": list, "results": list, "notes": list}
    if not (isinstance(note, dict) and all(isinstance(note.get(name), kind) for name, kind in kinds.items())):
        raise ValueError("what follows is incomplete")
    try:
        results = tuple(ToolResult(**fields) for fields in note["results"])
    except TypeError as error:
        raise ValueError("a tool's result is incomplete") from error
    failure = from_fields(note["failure"]) if note.get("failure") else None
    notes = tuple(str(text) for text in note["notes"])
    return Follow(note["request"], tuple(note["said"]), results, notes, failure)


def _time(note: dict[str, Any]) -> float:
    return _number(note, "at")


def _number(note: dict[str, Any], name: str) -> float:
    value = note.get(name)
    if not isinstance(value, (int, float)) or not 0 <= value < float("inf"):
        raise ValueError(f"{name!r} is no time")
    return value


def _data(note: dict[str, Any], name: str) -> bytes:
    text = note.get(name, "")
    if not isinstance(text, str):
        raise ValueError(f"{name!r} is no text")
    try:
        return as_bytes(text)
    except UnicodeEncodeError as error:
        raise ValueError(f"{name!r} stands for no bytes") from error
