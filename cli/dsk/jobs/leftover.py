"""What follows the end of an answer in a file: another answer, say, which nobody reads."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import TYPE_CHECKING

from dsk.output.notes import warn
from dsk.stream.events import Done
from dsk.stream.recording.reading import is_recording

if TYPE_CHECKING:
    from dsk.ending import Ending
    from dsk.stream.events import Event
    from dsk.world import World

_END = re.compile(rb"(?:^|[\r\n])(?:\xef\xbb\xbf)?data: *\[DONE\][^\r\n]*")
# A line that is neither blank nor a comment, nor a field that carries no data.
_CONTENT = re.compile(rb"[\r\n](?=[^:\r\n])(?!(?:id|event|retry)[:\r\n])")
_BARE = (b"id:", b"event:", b"retry:")
# Longer than the line that ends a stream.
_TAIL = 64


class Leftover:
    """Listens for bytes after ``[DONE]``. ``size`` counts those from the first line that is neither blank nor a
    comment, nor one that an event stream may end with (``retry: 0``)."""

    def __init__(self) -> None:
        self.size = 0
        # Whether it is a recording, once anything has come.
        self._is_recording: bool | None = None
        self._is_over = False
        # The end of what came before, so that a line is seen whole in whatever pieces it comes.
        self._tail = b""

    def received(self, data: bytes, events: Sequence[Event]) -> None:
        """Take note."""
        if self._is_recording is None:
            self._is_recording = is_recording(data)
        if self.size:
            self.size += len(data)
            return
        if self._is_over:
            self._look(data)
        elif any(isinstance(event, Done) for event in events):
            self._is_over = True
            seen = self._tail + data
            end = _END.search(seen)
            self._tail = b""
            self._look(seen[end.end() :] if end else b"")
        else:
            self._tail = (self._tail + data)[-_TAIL:]

    def end(self, _ending: Ending) -> None:
        """Nothing is said yet: the answer's own end comes first."""

    def tell(self, world: World) -> None:
        """Warn of what was there."""
        if self.size:
            advice = (
                "the recording has more than one answer, which dsk replay FILE plays"
                if self._is_recording
                else "decode one file at a time"
            )
            warn([f"{self.size} bytes after [DONE] were not read as an answer: {advice}"], world)

    def _look(self, data: bytes) -> None:
        seen = self._tail + data
        found = _CONTENT.search(seen)
        if found and any(field.startswith(seen[found.end() :]) for field in _BARE):
            # Whether it is one of them is not yet seen.
            self._tail = seen[found.start() :]
        elif found:
            self.size = len(seen) - found.end()
        else:
            # What follows begins a line if this ends one.
            self._tail = seen[-1:]
