"""Recordings are written: a transport that keeps what another one gives, as it comes."""

from __future__ import annotations

import os
import stat
import time
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from dsk.errors import Failure, InterruptFault, Status, Terminated
from dsk.output.notes import warn
from dsk.output.opening import described, open_path
from dsk.request.outline import outline
from dsk.stream.recording.steps import Head
from dsk.stream.recording.writing import Writer

if TYPE_CHECKING:
    from dsk.ending import Ending
    from dsk.exchange.policy import Policy
    from dsk.exchange.source import Source, Transport
    from dsk.stream.events import Event
    from dsk.stream.recording.steps import Follow
    from dsk.world import World

#: Failures that are no part of a stream: whoever ran or read it ended the run.
STOPPED = (Status.INTERRUPTED, Status.TERMINATED, Status.HUNG_UP, Status.CLOSED)


def head_of(
    fields: Mapping[str, Any], policy: Policy, notes: Sequence[str], server: str, begun: float, *, is_raw: bool
) -> Head:
    """What a recording says of its run. ``is_raw``: there can be no second stream, however it is looked at later."""
    if is_raw:
        policy = policy._replace(resume=0, continue_on_length=0)
    return Head(outline(fields), policy._asdict(), tuple(notes), server, begun)


class Tape:
    """The file of a recording. One that cannot be written on is told once, as a warning, and left alone."""

    def __init__(self, path: str, world: World) -> None:
        """Open the file, and leave what it holds until there is something to write. Raises ``LocalFault``."""
        self._path = path
        self._world = world
        self._descriptor: int | None = open_path(path, "--record", truncate=False, mode=0o600).descriptor
        self._is_new = True

    def write(self, data: bytes) -> None:
        """Write all of it now."""
        if self._descriptor is None:
            return
        try:
            if self._is_new:
                self._is_new = False
                _empty(self._descriptor)
            while data:
                data = data[os.write(self._descriptor, data) :]
        except OSError as error:
            warn([f"the recording is cut short: cannot write to {self._path}: {described(error)}"], self._world)
            self.close()

    def close(self) -> None:
        """Close the file."""
        if self._descriptor is not None:
            descriptor, self._descriptor = self._descriptor, None
            os.close(descriptor)


class Recorder:
    """Records a transport. As a listener it is told when the run is over.

    It has the time as well: that of the last thing that was recorded, so that whoever measures by it gets the same
    again from the recording.
    """

    def __init__(self, tape: Tape, transport: Transport, head: Head, begun: float, secret: str | None) -> None:
        """``begun`` is when the run began, in seconds of ``time.monotonic``; ``secret`` is never written."""
        self.pace = transport.pace
        self.writer = Writer(secret)
        self._tape = tape
        self._transport = transport
        self._head: Head | None = head
        self._begun = begun
        self._at = 0.0

    def elapsed(self) -> float:
        """Seconds from the beginning to the last thing that came."""
        return self._at

    def now(self) -> float:
        """The same, now that something has come."""
        self._at = round(time.monotonic() - self._begun, 6)
        return self._at

    def keep(self, data: bytes) -> None:
        """Write what the writer made."""
        self._tape.write(data)

    def begin(self, path: str, body: bytes) -> Source:
        """A stream of the transport's that is recorded."""
        if self._head is not None:
            self.keep(self.writer.head(self._head))
            self._head = None
        self.keep(self.writer.begin())
        return Recorded(self._transport.begin(path, body), self)

    def delay(self, attempt: int, failure: Failure) -> float:
        """The transport's."""
        seconds = self._transport.delay(attempt, failure)
        self.keep(self.writer.delay(seconds))
        return seconds

    def follow(self, follow: Follow) -> None:
        """An answer has ended, and this is what follows it."""
        self.keep(self.writer.follow(follow))

    def received(self, data: bytes, events: Sequence[Event]) -> None:
        """Nothing new: the bytes were kept when they came."""

    def end(self, ending: Ending) -> None:
        """Finish the file."""
        failure = ending.failure
        status = failure.status if failure else Status.OK
        self.keep(self.writer.end(self.now(), status, failure if failure and status in STOPPED else None))
        self._tape.close()


class Recorded:
    """A stream that is recorded."""

    def __init__(self, source: Source, recorder: Recorder) -> None:
        self._source = source
        self._recorder = recorder
        self._is_cut = False

    @property
    def trace(self) -> str:
        """That of the stream."""
        return self._source.trace

    def open(self) -> int | None:
        """Begin."""
        try:
            status = self._source.open()
        except (Failure, KeyboardInterrupt, Terminated) as error:
            self._note(error)
            raise
        self._recorder.keep(self._recorder.writer.opened(self._recorder.now(), status, self.trace))
        return status

    def read(self) -> bytes:
        """The bytes that have arrived."""
        try:
            data = self._source.read()
        except (Failure, KeyboardInterrupt, Terminated) as error:
            self._note(error)
            raise
        # What ends because it is cut from here is no end of the server's.
        if data or not self._is_cut:
            self._recorder.keep(self._recorder.writer.arrived(self._recorder.now(), data))
        return data

    def cut(self) -> None:
        """End a read that is under way."""
        self._is_cut = True
        self._source.cut()

    def close(self) -> None:
        """Let go of everything."""
        self._source.close()

    def _note(self, error: BaseException) -> None:
        at = self._recorder.now()
        if isinstance(error, Failure):
            failure = error
        else:
            failure = error.fault if isinstance(error, Terminated) else InterruptFault("interrupted")
        if not self._is_cut:
            self._recorder.keep(self._recorder.writer.failed(at, failure))


def _empty(descriptor: int) -> None:
    """Begin a file anew, for its owner alone; what is no file stays as it is."""
    if stat.S_ISREG(os.fstat(descriptor).st_mode):
        os.ftruncate(descriptor, 0)
        os.fchmod(descriptor, 0o600)
