"""An answer on its way into the cache: a recording of the one stream that it came in, kept once it is proven whole."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from dsk.errors import Failure, Status
from dsk.exchange.policy import Policy
from dsk.request.outline import outline
from dsk.state.cache.draft import Draft
from dsk.stream.recording.steps import Head
from dsk.stream.recording.writing import Writer
from dsk.stream.verdict import WHOLE

if TYPE_CHECKING:
    from dsk.ending import Ending
    from dsk.exchange.question import Question
    from dsk.exchange.source import Source, Transport
    from dsk.jobs.caching import Cache

#: Bytes that are held before they are written, and given again at once: most answers are written once, and none fills
#: the memory.
BATCH = 1 << 16


class Keeper:
    """Keeps what the last stream of a transport gives."""

    def __init__(
        self,
        cache: Cache,
        key: str,
        question: Question,
        transport: Transport,
        begun: float,
        secret: str | None,
    ) -> None:
        """``begun`` is when the run began, in seconds of ``time.monotonic``; ``secret`` is never written."""
        self.pace = transport.pace
        self._cache = cache
        self._key = key
        self._question = question
        self._transport = transport
        self._begun = begun
        self._secret = secret
        self._draft: Draft | None = None
        self._is_lost = False
        self._restart()

    def begin(self, path: str, body: bytes) -> Source:
        """A stream of the transport's; what came of those before it is of no use."""
        self._drop()
        self._restart()
        return _Kept(self._transport.begin(path, body), self)

    def delay(self, attempt: int, failure: Failure) -> float:
        """The transport's."""
        return self._transport.delay(attempt, failure)

    def opened(self, status: int | None) -> None:
        """The server has answered."""
        head = Head(outline(self._question.fields), Policy()._asdict())
        self._top = self._writer.head(head) + self._writer.begin() + self._writer.opened(self._now(), status)

    def arrived(self, data: bytes) -> None:
        """These bytes have come; none at the end of the body."""
        self._batch += data
        self._has_ended = not data
        if len(self._batch) >= BATCH:
            self._put(self._arrivals())

    def end(self, ending: Ending) -> None:
        """Keep it if the answer is proven whole."""
        if not _is_proven(ending, has_ended=self._has_ended):
            self._drop()
            return
        eof = self._writer.arrived(self._now(), b"") if self._has_ended else b""
        self._put(self._arrivals() + eof + self._writer.end(self._now(), Status.OK, None))
        self._commit()

    def _restart(self) -> None:
        self._writer = Writer(self._secret)
        self._top = b""
        self._batch = bytearray()
        self._has_ended = False

    def _arrivals(self) -> bytes:
        data = bytes(self._batch)
        self._batch.clear()
        return self._writer.arrived(self._now(), data) if data else b""

    def _put(self, data: bytes) -> None:
        if self._is_lost:
            return
        try:
            self._draft = self._draft or Draft(self._cache.folder, self._key)
            self._draft.write(self._top + data)
        except OSError as error:
            self._lose(error)
        self._top = b""

    def _commit(self) -> None:
        if self._is_lost or not self._draft:
            return
        from dsk.state.log.prompts import prompt_of, title_of

        model = self._question.fields.get("model")
        try:
            self._draft.commit({"model": model, "prompt": title_of(prompt_of(self._question.body))})
        except OSError as error:
            self._lose(error)
            return
        self._cache.tell(f"kept in the cache: {self._key}")
        self._cache.stored(self._draft.size)

    def _lose(self, error: OSError) -> None:
        self._is_lost = True
        self._drop()
        self._cache.lose(error)

    def _drop(self) -> None:
        if self._draft:
            self._draft.discard()
            self._draft = None

    def _now(self) -> float:
        return round(time.monotonic() - self._begun, 6)


class _Kept:
    """A stream that is listened to."""

    def __init__(self, source: Source, keeper: Keeper) -> None:
        self._source = source
        self._keeper = keeper
        self._is_cut = False
        self.close = source.close

    @property
    def trace(self) -> str:
        """That of the stream."""
        return self._source.trace

    def open(self) -> int | None:
        """Begin."""
        status = self._source.open()
        self._keeper.opened(status)
        return status

    def read(self) -> bytes:
        """The bytes that have arrived."""
        data = self._source.read()
        # What ends because it is cut from here is no end of the server's.
        if data or not self._is_cut:
            self._keeper.arrived(data)
        return data

    def cut(self) -> None:
        """End a read that is under way."""
        self._is_cut = True
        self._source.cut()


def _is_proven(ending: Ending, *, has_ended: bool) -> bool:
    """Whether the one stream of an answer has said itself that it is whole: each choice by its finish reason or all
    by ``[DONE]``, and with ``[DONE]`` or the end of the body after it. ``has_ended``: the body came to its end."""
    answer = ending.answer
    if ending.failure or answer.stopped or answer.resumed or not (answer.done or has_ended):
        return False
    reasons = [choice.finish_reason for choice in answer.choices.values()]
    return all(reason in WHOLE or (reason is None and answer.done) for reason in reasons)
