"""One request to an endpoint and its reply, as bytes the moment they arrive."""

from __future__ import annotations

import time
from types import TracebackType
from typing import TYPE_CHECKING, Any
from urllib.parse import urljoin, urlsplit

import requests
import urllib3

from dsk import __version__
from dsk.errors import Failure
from dsk.wire.clocks import Clocks
from dsk.wire.endpoint import Endpoint, check_key_is_safe, host_of, is_loopback, urls_for
from dsk.wire.faults import before_answer, in_answer
from dsk.wire.line import Line
from dsk.wire.refusals import Asked, refusal, wait_asked_for
from dsk.wire.sockets import LineAdapter

if TYPE_CHECKING:
    from collections.abc import Mapping

READ_SIZE = 65536
MAX_ERROR_BODY = 65536
MAX_REDIRECTS = 5
# RFC 9110, 15.4: these two alone promise that the method and the body stay as they are.
KEEPS_METHOD = (307, 308)


class Reply:
    """An HTTP 200 whose body is still arriving. Close it to stop the server."""

    def __init__(self, response: requests.Response, line: Line, clocks: Clocks) -> None:
        self._response = response
        self._line = line
        self._clocks = clocks
        self.status = response.status_code

    def read(self) -> bytes:
        """The bytes that have arrived, waiting for at least one; b"" at the end.

        Raises ``ClockFault`` if a clock runs out and ``BrokenFault`` if the connection is lost.
        """
        now = time.monotonic()
        self._clocks.check(now)
        self._line.wait_at_most(self._clocks.read_wait(now))
        try:
            # read1 gives what is there: every other way of reading waits to fill a buffer.
            return self._response.raw.read1(READ_SIZE, decode_content=True)
        except (urllib3.exceptions.HTTPError, OSError) as error:
            raise in_answer(error, self._clocks, time.monotonic()) from error

    def close(self) -> None:
        """Close the connection, whether or not the body has ended."""
        self._line.cut()
        self._response.close()

    def __enter__(self) -> Reply:
        return self

    def __exit__(self, *_exc: type[BaseException] | BaseException | TracebackType | None) -> None:
        self.close()


def post(endpoint: Endpoint, path: str, body: bytes, clocks: Clocks, line: Line) -> Reply:
    """POST a JSON body; the reply is there as soon as its headers are.

    If the path is not found, it is tried where else it may be: see ``endpoint.urls_for``. Raises ``UsageFault``
    before a packet is sent if the key is not safe on this connection, ``NetworkFault`` or ``ClockFault`` if there is
    no answer, and the failure of the HTTP status if that is not 200.
    """
    return _fetch("POST", endpoint, path, clocks, line, body)


def get_json(endpoint: Endpoint, path: str, clocks: Clocks) -> Any:
    """GET a JSON document. Raises what ``post`` raises, and ``ServerFault`` if it is not JSON."""
    import json

    from dsk.errors import ServerFault

    endpoint = endpoint._replace(body_hint="check --base-url")
    with _fetch("GET", endpoint, path, clocks, Line(), None) as reply:
        data = b"".join(iter(reply.read, b""))
    try:
        return json.loads(data)
    except (ValueError, RecursionError) as error:
        raise ServerFault("the server's answer is not JSON", str(error), http_status=reply.status) from error


def get_file(url: str, clocks: Clocks, limit: int) -> bytes:
    """GET a document from anywhere, without a key, following redirects, up to ``limit`` bytes."""
    from dsk.errors import UsageFault

    endpoint = Endpoint(url, None, {})
    with _fetch("GET", endpoint, "", clocks, Line(), None, stay=False) as reply:
        found = bytearray()
        while data := reply.read():
            found += data
            if len(found) > limit:
                raise UsageFault(f"{url} is larger than {limit} bytes")
        return bytes(found)


def _fetch(
    method: str,
    endpoint: Endpoint,
    path: str,
    clocks: Clocks,
    line: Line,
    body: bytes | None,
    *,
    stay: bool = True,
) -> Reply:
    check_key_is_safe(endpoint)
    urls = urls_for(endpoint.base_url, path)
    for url in urls:
        response = _exchange(method, url, endpoint, clocks, line, body, stay=stay)
        if response.status_code != 404 or url is urls[-1]:
            break
        response.close()
    if 200 <= response.status_code < 300:
        clocks.token_seen = clocks.token_seen or body is None
        return Reply(response, line, clocks)
    with response:
        raise _refusal(response, endpoint)


def _exchange(
    method: str, url: str, endpoint: Endpoint, clocks: Clocks, line: Line, body: bytes | None, *, stay: bool
) -> requests.Response:
    """One request and, where they lead to the same server, the redirects after it."""
    for _ in range(MAX_REDIRECTS):
        response = _request(method, url, endpoint, clocks, line, body)
        target = urljoin(url, response.headers.get("Location", ""))
        follow = response.status_code in KEEPS_METHOD or (body is None and response.is_redirect)
        if not follow or (stay and not _same_server(url, target)):
            break
        response.close()
        url = target
    return response


def _request(
    method: str, url: str, endpoint: Endpoint, clocks: Clocks, line: Line, body: bytes | None
) -> requests.Response:
    now = time.monotonic()
    connect, read = clocks.connect_wait(now), clocks.read_wait(now)
    with requests.Session() as session:
        adapter = LineAdapter(line)
        session.mount("https://", adapter)
        session.mount("http://", adapter)
        try:
            return session.request(
                method,
                url,
                data=body,
                headers=_headers(endpoint, has_body=body is not None),
                # With an auth of its own, requests leaves ~/.netrc alone.
                auth=_Bearer(endpoint.key),
                # Loopback needs no proxy, and a key on plain http must not be carried to one.
                proxies={"no_proxy": urlsplit(url).hostname or ""} if is_loopback(url) else None,
                timeout=(connect, read),
                allow_redirects=False,
                stream=True,
            )
        except (requests.RequestException, urllib3.exceptions.HTTPError, OSError, ValueError) as error:
            raise before_answer(error, clocks, time.monotonic(), host_of(url), line) from error


class _Bearer(requests.auth.AuthBase):
    def __init__(self, key: str | None) -> None:
        self._key = key

    def __call__(self, request: requests.PreparedRequest) -> requests.PreparedRequest:
        if self._key:
            request.headers["Authorization"] = f"Bearer {self._key}"
        return request


def _headers(endpoint: Endpoint, *, has_body: bool) -> Mapping[str, str]:
    headers = {
        "User-Agent": f"dsk/{__version__}",
        "Accept": "*/*",
        # A compressing proxy on the way may hold tokens back until it has a block to compress.
        "Accept-Encoding": "identity",
    }
    if has_body:
        headers["Content-Type"] = "application/json"
    return headers | dict(endpoint.headers)


def _refusal(response: requests.Response, endpoint: Endpoint) -> Failure:
    body = b""
    try:
        while len(body) < MAX_ERROR_BODY and (data := response.raw.read1(READ_SIZE, decode_content=True)):
            body += data
    except (urllib3.exceptions.HTTPError, OSError):
        # What has come of the message is better than none.
        pass
    return refusal(
        response.status_code,
        response.reason or "",
        endpoint.redact(body.decode("utf-8", "replace")).encode(),
        response.headers.get("X-Ds-Trace-Id", "") or response.headers.get("X-Request-Id", ""),
        response.headers.get("Location", ""),
        wait_asked_for(response.headers.get("Retry-After", ""), time.time()),
        Asked(has_key=endpoint.has_key, base_url=endpoint.base_url, body_hint=endpoint.body_hint),
    )


def _same_server(url: str, target: str) -> bool:
    """Whether the key may follow: same scheme, host and port."""
    one, two = urlsplit(url), urlsplit(target)
    return (one.scheme, one.hostname, one.port) == (two.scheme, two.hostname, two.port)
