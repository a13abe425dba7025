"""One request made both ways: ahead of requests, and by requests."""

from __future__ import annotations

import time
from typing import NamedTuple

from dsk.errors import Failure
from dsk.wire.clocks import Clocks
from dsk.wire.endpoint import Endpoint
from dsk.wire.posting import Posting
from dsk.wire.preconnection import preconnect

PATH = "/chat/completions"
BODY = b'{"model":"m","messages":[{"role":"user","content":"hi"}],"stream":true}'


def clocks(**more: float) -> Clocks:
    return Clocks(time.monotonic(), **{"connect": 5.0, "first_token": 9.0, "stall": 9.0, "max_time": None, **more})  # type: ignore[arg-type]


def posted(endpoint: Endpoint, *, ahead: bool, **more: float) -> Failure | bytes:
    """The whole answer to a request that is sent ahead or by requests, or the failure."""
    under = clocks(**more)
    posting = Posting(endpoint, PATH, BODY, under)
    made = preconnect(endpoint, under.connect) if ahead else None
    assert bool(made) == ahead, "the test says how it is to be sent"
    try:
        if made:
            posting.send_over(made)
        posting.open()
        answer = b""
        while data := posting.read():
            answer += data
        return answer
    except Failure as failure:
        return failure
    finally:
        posting.close()


class Faults(NamedTuple):
    """All that a user sees of a failure, and what is made of it."""

    kind: type
    message: str
    hint: str
    status: int
    transient: bool


def fault_of(found: Failure | bytes) -> Faults:
    assert isinstance(found, Failure)
    return Faults(type(found), found.message, found.hint, found.status, found.transient)
