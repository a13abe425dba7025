"""A response body to events, as it arrives: joins frames, JSON and chunks, and knows when all is said.

What the frames hold is read elsewhere; what becomes of the events is not known here.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from dsk.stream.body import read_body, sole
from dsk.stream.chunk import ChunkReader
from dsk.stream.events import Comment, Done, Event, Malformed, Trouble
from dsk.stream.frames import Body, Frame, Frames, Item
from dsk.stream.parsing import parse
from dsk.stream.surrogates import Joiner
from dsk.stream.trouble import trouble_of

DONE = "[DONE]"
ERROR = "error"
_CUT = "the stream ended inside it"
_EXCERPT = 60


class Decoder:
    """One body. ``Done``, ``Trouble`` or ``Malformed`` is the last event, whatever bytes follow."""

    def __init__(self) -> None:
        self._frames = Frames()
        self._chunks = ChunkReader()
        self._joiner = Joiner()
        self._is_at_end = False
        self._over = False

    def feed(self, data: bytes) -> Sequence[Event]:
        """The events that these bytes, of any length, complete."""
        return self._read(self._frames.feed(data)) if not self._over else []

    def close(self) -> Sequence[Event]:
        """The last events, now that the body has ended.

        A frame that no blank line has ended counts if it is whole. A body that is no event stream is read now.
        """
        if self._over:
            return []
        self._is_at_end = True
        events = self._read(self._frames.close())
        if not self._over:
            events += self._joiner.flush()
        self._over = True
        return events

    def _read(self, items: list[Item]) -> list[Event]:
        events: list[Event] = []
        for item in items:
            if isinstance(item, Frame):
                self._read_frame(item, events)
            elif isinstance(item, Comment):
                events.append(item)
            elif isinstance(item, Malformed):
                self._fail(item.number, item.why, events)
            else:
                self._add(read_body(item.data, self._chunks), events)
            if self._over:
                break
        return events

    def _read_frame(self, frame: Frame, events: list[Event]) -> None:
        try:
            value = parse(frame.data)
        except ValueError as error:
            self._read_text(frame, str(error), events)
            return
        if not isinstance(value, dict):
            value = sole(value)
        if isinstance(value, dict):
            fresh = self._chunks.read(value)
            if frame.event == ERROR and not (fresh and isinstance(fresh[-1], Trouble)):
                fresh.append(trouble_of(value if "choices" not in value else None))
            if self._joiner.is_waiting or "\\u" in frame.data:
                fresh = self._joiner.join(fresh)
            events += fresh
            ...
