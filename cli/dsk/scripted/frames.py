"""Chunks and recordings as SSE frames on a time line, with the faults of a stream put in. Pure.

A frame is due when a number of tokens has been written before it; how long that takes is not known here.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Literal

from dsk.records import NamedTuple
from dsk.scripted.chunks import Kind, Part
from dsk.scripted.faults import Fault
from dsk.scripted.refusals import busy_json

BOM = b"\xef\xbb\xbf"
KEEP_ALIVE = b": keep-alive\n\n"

End = Literal["whole", "drop", "reset", "stall"]

#: How the connection ends after each fault that ends a stream.
ENDS: Mapping[str, End] = {
    "drop-after": "drop",
    "cut-frame-after": "drop",
    "reset-after": "reset",
    "stall-after": "stall",
    "error-after": "whole",
}

# An event ends with an empty line, with whichever line ends it is written.
_EVENT = re.compile(rb".+?(?:\r\n\r\n|\n\n|\r\r|\Z)", re.DOTALL)
_DATA = re.compile(rb"^(?:\xef\xbb\xbf)?data:(.*)", re.MULTILINE)


class Frame(NamedTuple):
    """Some bytes of a body, due after ``at`` tokens."""

    data: bytes
    at: int
    kind: Kind = "token"


class Style(NamedTuple):
    """How an event is written."""

    line_end: str = "\n"
    space: str = " "

    def event(self, data: str) -> bytes:
        """One line of data as an event."""
        return f"data:{self.space}{data}{self.line_end}{self.line_end}".encode()


def style_of(faults: Mapping[str, Fault]) -> Style:
    """The style that the faults ask for."""
    return Style("\r\n" if "crlf" in faults else "\n", "" if "no-space" in faults else " ")


def done_parts(faults: Mapping[str, Fault]) -> Iterator[Part]:
    """What stands at the very end of a stream."""
    if "late-error" in faults:
        yield Part(busy_json(), "close")
    elif "no-done" not in faults:
        yield Part("[DONE]", "close")


def scripted_frames(parts: Iterable[Part], faults: Mapping[str, Fault]) -> Iterator[Frame]:
    """The frames of a scripted answer."""
    style = style_of(faults)
    comment = f": keep-alive{style.line_end * 2}".encode() if "comments" in faults else b""
    start = BOM if "bom" in faults else b""
    tokens = 0
    for part in parts:
        data = start + style.event(part.data)
        start = b""
        if part.kind == "token" and comment:
            yield Frame(comment, tokens, "open")
        yield Frame(data, tokens, part.kind)
        tokens += part.kind == "token"


def recorded_frames(recording: bytes) -> Iterator[Frame]:
    """The frames of a recording: its bytes as they are, each event with data counted as a token."""
    tokens = 0
    for match in _EVENT.finditer(recording):
        data = _DATA.search(match[0])
        kind: Kind = "open" if not data else "close" if data[1].strip() == b"[DONE]" else "token"
        yield Frame(match[0], tokens, kind)
        tokens += kind == "token"


def with_faults(frames: Iterable[Frame], faults: Mapping[str, Fault]) -> Iterator[Frame]:
    """The frames, with garbage put in and the stream ended early where the faults say so.

    A number of tokens that the answer does not reach means after its last token.
    """
    garbage = faults.get("garbage-after")
    ending = next((faults[name] for name in ENDS if name in faults), None)
    style = style_of(faults)
    tokens = 0
    for frame in frames:
        may_end = frame.kind != "open"
        if may_end and garbage and _is_due(garbage, tokens, frame):
            yield Frame(style.event('{"id":"scripted","object":"chat.compl'), frame.at)
            garbage = None
        if may_end and ending and _is_due(ending, tokens, frame):
            yield from _last(ending, frame, style)
            return
        yield frame
        tokens += frame.kind == "token"
    if ending:
        yield from _last(ending, Frame(b"", tokens), style)


def _is_due(fault: Fault, tokens: int, frame: Frame) -> bool:
    return tokens >= fault.number or frame.kind == "close"


def _last(ending: Fault, frame: Frame, style: Style) -> Iterator[Frame]:
    """What is still sent where the stream ends; ``frame`` would have been next."""
    if ending.name == "error-after":
        yield Frame(style.event(busy_json()), frame.at, "close")
    if ending.name == "cut-frame-after":
        yield Frame(frame.data[: len(frame.data) // 2], frame.at, "close")
