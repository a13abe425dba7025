"""A body that is no event stream, whole, to events: the answer to ``stream: false``, an error, a page. Pure."""

from __future__ import annotations

from dsk.stream.chunk import ChunkReader
from dsk.stream.events import Done, Event, Finish, Malformed, Trouble
from dsk.stream.parsing import parse

_TITLE = "<title[^>]*>(.*?)</title"
#: The frame number of a body that has no frames.
WHOLE = 0


def read_body(data: bytes, chunks: ChunkReader) -> list[Event]:
    """The events of a whole body, ``Done`` at the end of an answer that says how it finished. Anything else ends in
    ``Trouble`` or ``Malformed``, after the text that there is."""
    try:
        text = data.decode()
    except UnicodeDecodeError as error:
        return _malformed(f"it is not UTF-8, at byte 0x{data[error.start]:02x}")
    if text.startswith("<"):
        return _malformed(_name_page(text))
    try:
        value = sole(parse(text))
    except ValueError as error:
        return _malformed(f"it is not JSON: {error}")
    if not isinstance(value, dict):
        return _malformed("it is JSON, but no object")
    events = chunks.read(value, WHOLE)
    if events and isinstance(events[-1], Trouble | Malformed):
        return events
    if not value.get("choices"):
        return _malformed("it is JSON, but neither an answer nor an error")
    if any(isinstance(event, Finish) and event.choice == 0 for event in events):
        return [*events, Done()]
    return [*events, *_malformed("the answer has no finish reason")]


def sole(value: object) -> object:
    """The one item of a list of one, as which Google's servers send their errors; else the value itself."""
    return value[0] if isinstance(value, list) and len(value) == 1 else value


def _malformed(why: str) -> list[Event]:
    return [Malformed(WHOLE, why)]


def _name_page(text: str) -> str:
    import re
    from html import unescape

    found = re.search(_TITLE, text[:65536], re.IGNORECASE | re.DOTALL)
    title = " ".join(unescape(found[1]).split()) if found else ""
    return f"it is an HTML page, titled {title!r}" if title else "it is an HTML page"
