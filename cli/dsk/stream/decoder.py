"""A response body to events, as it arrives: joins frames, JSON and chunks, and knows when all is said.

What a frame or a chunk holds is read elsewhere; what becomes of the events is not known here.
"""

from __future__ import annotations

from collections.abc import Sequence

from dsk.stream.chunk import ChunkReader
from dsk.stream.events import Comment, Done, Event, Malformed, Trouble
from dsk.stream.frames import Body, Frame, Frames, Item
from dsk.stream.parsing import parse
from dsk.stream.shortcut import Shortcut, Texts
from dsk.stream.surrogates import Joiner

_DONE = "[DONE]"
_ERROR = "error"
_MESSAGE = "message"
_ENDS = frozenset((Done, Trouble, Malformed))
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
        if self._over:
            return []
        items = self._frames.feed(data)
        return self._read(items) if items else []

    @property
    def common(self) -> Shortcut | None:
        """What knows the common frame of the stream, if nothing is held back here and it may be asked in the place of
        ``feed``; ``count`` is to be told of what it reads."""
        shortcut = self._frames.shortcut
        is_free = shortcut.is_ready and self._frames.is_between and not (self._over or self._joiner.is_waiting)
        return shortcut if is_free else None

    def count(self, frames: int) -> None:
        """So many common frames have been read elsewhere."""
        self._frames.count(frames)

    def close(self) -> Sequence[Event]:
        """The events of what was left, now that the body has ended.

        A frame that no blank line has ended counts if it is whole. A body that is no event stream is read now.
        """
        if self._over:
            return []
        self._is_at_end = True
        events = self._read(self._frames.close())
        self._over = True
        return events

    def flush(self) -> Sequence[Event]:
        """After ``close``: the halves of characters that were left, each replaced by U+FFFD."""
        return self._joiner.flush()

    def _read(self, items: list[Item]) -> list[Event]:
        events: list[Event] = []
        for item in items:
            if isinstance(item, Texts):
                self._add(item.events, events, has_escapes=False)
            elif isinstance(item, Frame):
                self._read_frame(item, events)
            elif isinstance(item, Comment):
                events.append(item)
            elif isinstance(item, Body):
                from dsk.stream.body import read_body

                self._add(read_body(item.data, self._chunks), events, has_escapes=True)
            else:
                self._fail(item.number, item.why, events)
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
            from dsk.stream.body import sole

            value = sole(value)
        if isinstance(value, dict):
            fresh = self._chunks.read(value, frame.number)
            if frame.event == _MESSAGE:
                self._frames.shortcut.learn(frame.data, value, fresh)
            if frame.event == _ERROR and not (fresh and isinstance(fresh[-1], Trouble)):
                fresh.append(_trouble_of(None if "choices" in value else value))
            self._add(fresh, events, has_escapes="\\u" in frame.data)
        elif frame.event == _ERROR:
            self._add([_trouble_of(value)], events, has_escapes=True)
        elif not _is_foreign(frame):
            self._fail(frame.number, "it is JSON, but no object", events)

    def _read_text(self, frame: Frame, why: str, events: list[Event]) -> None:
        """Read data that is not one JSON value. ``why`` says so."""
        text = frame.data.strip()
        if text == _DONE:
            self._add([Done()], events, has_escapes=True)
        elif frame.event == _ERROR:
            self._add([_trouble_of(text)], events, has_escapes=True)
        elif _is_linewise(text):
            self._read_lines(frame, events)
        elif not text or _is_foreign(frame) or (self._is_at_end and _DONE.startswith(text)):
            return
        else:
            excerpt = text if len(text) <= _EXCERPT else text[:_EXCERPT] + "..."
            self._fail(frame.number, f"{excerpt!r} is not JSON: {why}", events)

    def _read_lines(self, frame: Frame, events: list[Event]) -> None:
        """Read a frame whose lines are chunks of their own: some proxies drop the blank lines between frames.

        Such a stream is one long frame, so that it can be read only when its blank line comes, or its end.
        """
        for line in frame.data.split("\n"):
            self._read_frame(frame._replace(data=line), events)
            if self._over:
                return

    def _fail(self, number: int, why: str, events: list[Event]) -> None:
        is_cut = self._is_at_end and number > 0
        self._add([Malformed(number, _CUT if is_cut else why)], events, has_escapes=True)

    def _add(self, fresh: list[Event], events: list[Event], *, has_escapes: bool) -> None:
        if has_escapes or self._joiner.is_waiting:
            fresh = self._joiner.join(fresh)
        events += fresh
        if fresh and type(fresh[-1]) in _ENDS:
            self._over = True


def _trouble_of(error: object) -> Trouble:
    from dsk.stream.trouble import trouble_of

    return trouble_of(error)


def _is_foreign(frame: Frame) -> bool:
    """Whether a frame has a name of its own and nothing like a chunk: a ping, say."""
    return frame.event != "message" and not frame.data.lstrip().startswith("{")


def _is_linewise(text: str) -> bool:
    first, line_end, _ = text.partition("\n")
    try:
        return bool(line_end) and isinstance(parse(first), dict)
    except ValueError:
        return False
