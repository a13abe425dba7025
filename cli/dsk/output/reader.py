"""Notice at once when whoever reads stdout has gone, also while the server is silent."""

from __future__ import annotations

import os
import select
import threading
from collections.abc import Callable
from types import TracebackType

from dsk.output.sinks import has_reader


class ReaderWatch:
    """Calls ``on_gone`` from a thread of its own when the pipe or socket behind a descriptor loses its reader.

    Other kinds of files have no reader: there is no thread for them.
    """

    def __init__(self, descriptor: int, on_gone: Callable[[], None]) -> None:
        self.is_gone = False
        self._descriptor = descriptor
        self._on_gone = on_gone
        self._wake: tuple[int, int] | None = None
        self._thread: threading.Thread | None = None

    def __enter__(self) -> ReaderWatch:
        if has_reader(self._descriptor):
            self._wake = os.pipe()
            self._thread = threading.Thread(target=self._watch, args=(self._wake[0],), daemon=True)
            self._thread.start()
        return self

    def __exit__(self, *_exc: type[BaseException] | BaseException | TracebackType | None) -> None:
        if self._wake and self._thread:
            os.close(self._wake[1])
            # From here on ``is_gone`` is final, and nothing is called any more.
            self._thread.join()

    def _watch(self, wake: int) -> None:
        poll = select.poll()
        # With no event asked for, poll reports only errors: for a pipe or socket, that its reader has gone.
        poll.register(self._descriptor, 0)
        poll.register(wake, select.POLLIN)
        ready = dict(poll.poll())
        os.close(wake)
        if self._descriptor in ready and wake not in ready:
            self.is_gone = True
            self._on_gone()
