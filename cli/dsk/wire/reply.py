"""The answer to a request, as bytes the moment they arrive."""

from __future__ import annotations

import time
from http.client import HTTPException
from types import TracebackType
from typing import TYPE_CHECKING

import urllib3

from dsk.errors import Failure
from dsk.wire.faults import in_answer

if TYPE_CHECKING:
    import requests

    from dsk.wire.clocks import Clocks
    from dsk.wire.line import Line

READ_SIZE = 65536
# Seconds in which what follows [DONE] has to come, for its connection to be kept.
LINGER = 0.05


class Reply:
    """An HTTP 200 whose body is still arriving. Close it to stop the server.

    ``is_kept``: its connection may serve another request, once the body is at its end.
    """

    def __init__(self, response: requests.Response, line: Line, clocks: Clocks, *, is_kept: bool = False) -> None:
        self._response = response
        self._line = line
        self._clocks = clocks
        self._is_kept = is_kept
        self.status = response.status_code
        # Where there is nothing to unpack and no length to watch over, urllib3 has nothing to add.
        arriving = line.arriving
        if arriving and arriving.chunked and not response.headers.get("Content-Encoding"):
            self.read = self._read_plain  # type: ignore[method-assign]

    @property
    def trace(self) -> str:
        """The server's trace id; "" if it sent none."""
        from dsk.wire.refusals import trace_of

        return trace_of(self._response.headers)

    def read(self) -> bytes:
        """The bytes that have arrived, waiting for at least one; b"" at the end.

        Raises ``ClockFault`` if a clock runs out and ``BrokenFault`` if the connection is lost.
        """
        # What is at hand already, or unpacked from it, waits for nothing that could look at the clocks.
        self._clocks.check(time.monotonic())
        try:
            # read1 gives what is there: every other way of reading waits to fill a buffer.
            return self._response.raw.read1(READ_SIZE, decode_content=True)
        except (urllib3.exceptions.HTTPError, OSError) as error:
            raise in_answer(error) from error

    def _read_plain(self) -> bytes:
        arriving = self._line.arriving
        assert arriving
        try:
            return arriving.read1()
        except (HTTPException, OSError) as error:
            raise in_answer(error) from error

    def close(self) -> None:
        """Close the connection, whether or not the body has ended, or leave it to the next request if it has."""
        if self._is_kept and self._ends():
            self._line.let_go()
            self._response.raw.release_conn()
            return
        self._line.cut()
        self._response.close()

    def _ends(self) -> bool:
        """Whether the body is at its end, or comes to it at once: [DONE] has been read, and what frames it may not."""
        if self._line.is_cut:
            return False
        end = time.monotonic() + LINGER
        self._line.end_by(end)
        try:
            while self.read():
                if time.monotonic() >= end:
                    return False
        except Failure:
            return False
        return True

    def __enter__(self) -> Reply:
        return self

    def __exit__(self, *_exc: type[BaseException] | BaseException | TracebackType | None) -> None:
        self.close()
