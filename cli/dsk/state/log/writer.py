"""Writing the log of one run, from a thread of its own.

The main thread only puts what arrived into a queue; all of SQLite, its import included, is the other thread's. A
log that cannot be written is one warning, and no more than that.
"""

from __future__ import annotations

import threading
import time
from collections import deque
from contextlib import suppress
from itertools import groupby
from typing import TYPE_CHECKING

from dsk.state.log.rows import Piece, joined

if TYPE_CHECKING:
    from collections.abc import Callable

    from dsk.state.log.rows import Entry, Outcome

#: Seconds between two writes. A killed process loses what came after the last one.
INTERVAL = 0.75
#: Characters that are written at once, if they come before that: what waits is in memory.
BATCH = 1 << 14
#: KiB of pages that SQLite keeps, enough to write with; it would keep two thousand.
PAGES = 64
#: Seconds that the end of a run waits for a log that others keep locked.
PATIENCE = 30.0
#: Seconds more after which it is plain that the thread hangs, as it does in a file system that hangs.
HANGING = 2.0
#: Seconds that it goes on waiting once a signal has said to stop.
GRACE = 1.0
#: Seconds after the end of a run in which its log stays open. To close it is work, which a process that ends leaves.
LINGERING = 1.0


class LogWriter:
    """The log of one run; begun at once."""

    def __init__(self, path: str, entry: Entry, *, patience: float = PATIENCE, lingering: float = LINGERING) -> None:
        """``path`` is the database, which is made if it is not there; ``patience`` is how many seconds ``end``
        waits while others keep it locked, ``lingering`` how many it is open after that."""
        #: One line for the user if the log cannot be written; it may come to be known at any time.
        self.warning: str | None = None
        self._path = path
        self._entry = entry
        self._patience = patience
        self._lingering = lingering
        # A string is the kind of the text that bytes after it are more of.
        self._queue: deque[Piece | str | bytes] = deque()
        self._kind = ""
        self._waiting = 0
        self._outcome: Outcome | None = None
        self._give_up_at: float | None = None
        # Let go of to wake the thread, which takes it: an event makes more ado about it.
        self._wake = threading.Lock()
        self._wake.acquire()
        self._done = threading.Event()
        self._thread = threading.Thread(target=self._run, name="log", daemon=True)
        self._thread.start()

    def add(self, piece: Piece) -> None:
        """Have a piece written soon. Never waits for anything."""
        if not self._done.is_set():
            self._queue.append(piece)
            self._waiting += len(piece.text)
            if self._waiting >= BATCH:
                self._waiting = 0
                self._wake_up()

    def taker(self, kind: str) -> Callable[[bytes], None]:
        """What has more of a text of choice 0 written soon, UTF-8 that comes token by token; it holds until ``add`` is
        called. As each token costs this, it is the queue's own."""
        self._queue.append(kind)
        return self._queue.append

    def end(self, outcome: Outcome) -> None:
        """Have the end written, and wait until all is in the database, or cannot be. The process may then end in
        any way. If a signal ends the waiting, a moment is left for what is under way."""
        try:
            self._hand_over(outcome)
            if not self._done.wait(self._patience + HANGING):
                self._warn("it does not answer")
        except BaseException:
            # The signal may have come before all was handed over.
            self._hand_over(outcome)
            self._done.wait(GRACE)
            raise

    def _hand_over(self, outcome: Outcome) -> None:
        self._outcome = outcome
        self._give_up_at = time.monotonic() + self._patience
        self._wake_up()

    def _wake_up(self) -> None:
        # It may have been let go of already, and the thread is still to take it.
        with suppress(RuntimeError):
            self._wake.release()

    def _warn(self, why: str) -> None:
        self.warning = f"the log {self._path} cannot be written: {why}"

    def _run(self) -> None:
        try:
            self._write()
        except ImportError as error:
            self._warn(f"this Python has no SQLite ({error})")
        except Exception as error:
            # Whatever it is, the answer goes on.
            from dsk.state.log.sharing import reason

            self._warn(reason(error))
        finally:
            self._done.set()
            self._queue.clear()
            # What a taker still puts there nobody wants.
            while self._outcome is None:
                self._wake.acquire(timeout=INTERVAL)
                self._queue.clear()

    def _write(self) -> None:
        from _sqlite3 import Error

        from dsk.state.log.opening import move_wal, open_log
        from dsk.state.log.rows import append, begin, finish
        from dsk.state.log.sharing import persist, transact

        written = 0

        def write_pieces() -> None:
            # What it needs is at hand: it is done all the time, by a thread that has slept.
            nonlocal written
            pieces = self._come()
            if len(pieces) == 1:
                # A statement alone is a transaction.
                persist(lambda: append(connection, run, written, pieces), self._is_over)
            elif pieces:
                transact(connection, lambda: append(connection, run, written, pieces), self._is_over)
            written += len(pieces)

        connection = open_log(self._path, self._is_over)
        try:
            run = transact(connection, lambda: begin(connection, self._entry), self._is_over)
            move_wal(connection, self._path, run)
            connection.execute(f"PRAGMA cache_size = -{PAGES}")
            while self._outcome is None:
                self._wake.acquire(timeout=INTERVAL)
                if self._outcome is None:
                    write_pieces()
            outcome = self._outcome
            if outcome.content is None:
                write_pieces()
            now = time.time()
            transact(
                connection,
                lambda: finish(connection, run, outcome, state="ended", ended=now),
                self._is_over,
            )
            self._done.set()
            self._wake.acquire(timeout=self._lingering)
        finally:
            # The last one to close a log tidies it up, which takes its time: nobody waits for that, and if it
            # fails, the next one will.
            with suppress(Error):
                connection.close()

    def _come(self) -> list[Piece]:
        """The pieces that have come since."""
        take = self._queue.popleft
        pieces: list[Piece] = []
        for form, items in groupby([take() for _ in range(len(self._queue))], type):
            if form is bytes:
                pieces.append(Piece(self._kind, 0, b"".join(items).decode()))  # type: ignore[arg-type]
            elif form is str:
                *_, self._kind = items  # type: ignore[assignment]
            else:
                pieces += items  # type: ignore[arg-type]
        return joined(pieces)

    def _is_over(self) -> bool:
        return self._give_up_at is not None and time.monotonic() >= self._give_up_at
