"""One look at what is at a path, whatever the server says: its status, headers and body."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from dsk.records import NamedTuple
from dsk.wire.line import Line
from dsk.wire.local import check_key_stays_here
from dsk.wire.reply import Reply
from dsk.wire.transport import MAX_JSON, exchanged, read_all, refusal_of

if TYPE_CHECKING:
    from dsk.errors import Failure
    from dsk.wire.clocks import Clocks
    from dsk.wire.endpoint import Endpoint


class Look(NamedTuple):
    """What came back from ``url``. ``refusal`` is what the status stands for if it is not 2xx; the body is b"" then.
    Names of headers are in lower case."""

    url: str
    status: int
    headers: Mapping[str, str]
    body: bytes
    refusal: Failure | None

    @property
    def json(self) -> Any:
        """The body as JSON; None if it is not."""
        import json

        try:
            return json.loads(self.body)
        except (ValueError, RecursionError):
            return None


def look(endpoint: Endpoint, path: str, clocks: Clocks, *, only: bool = False) -> Look:
    """GET a path, also under /v1 if it is not found and ``only`` does not forbid it.

    Raises ``UsageFault`` if the key is not safe on the way, ``NetworkFault``, ``ClockFault`` or ``BrokenFault`` if
    there is no answer.
    """
    check_key_stays_here(endpoint)
    urls = endpoint.urls(path)[: 1 if only else None]
    line = Line(clocks)
    for url in urls:
        response = exchanged("GET", url, endpoint, line, None, stay=True, made=None, pool=None)
        if response.status_code != 404 or url is urls[-1]:
            break
        response.close()
    headers = {name.lower(): value for name, value in response.headers.items()}
    status = response.status_code
    if not 200 <= status < 300:
        with response:
            return Look(url, status, headers, b"", refusal_of(response, endpoint, stay=True))
    clocks.token_came()
    with Reply(response, line, clocks) as reply:
        return Look(url, status, headers, read_all(reply, MAX_JSON) or b"", None)
