"""What the endpoint saw: a record of each request and of how its response ended."""

from __future__ import annotations

from typing import Any

from dsk.scripted.responses import Request


class Seen:
    """One request, and what became of its response. Times are those of ``time.monotonic``, in seconds.

    ``status`` is that of the response, 0 if it gets none. ``tokens`` counts the frames of the answer that were
    written so far. ``ended`` is the time at which the response was written in full, cut by a fault, or given up
    because the client had left: then ``closed_early`` is true.
    """

    # Not a dataclass: importing those takes longer than all of this room.
    def __init__(self, request: Request, status: int, began: float) -> None:
        self.method = request.method
        self.path = request.path
        self.query = request.query
        self.headers = request.headers
        self.body = request.body
        self.status = status
        self.began = began
        self.tokens = 0
        self.ended: float | None = None
        self.closed_early = False

    def __repr__(self) -> str:
        return f"<Seen {self.method} {self.path} {self.status}>"

    @property
    def json(self) -> Any:
        """The body as JSON. Raises ``ValueError`` if it is not."""
        import json

        return json.loads(self.body)
