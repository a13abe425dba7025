"""One request to an endpoint and its reply, as bytes the moment they arrive."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import requests
import urllib3

from dsk.errors import ClockFault, Failure, LocalFault, ServerFault, StallFault, UsageFault
from dsk.wire.clocks import Clocks
from dsk.wire.coding import check_coding
from dsk.wire.endpoint import OTHER_KIND, Endpoint, host_of, is_loopback
from dsk.wire.faults import before_answer, is_lost
from dsk.wire.head import headers_of
from dsk.wire.line import Line
from dsk.wire.local import check_ca_bundle, check_key_stays_here
from dsk.wire.redirects import may_follow, same_server, target_of
from dsk.wire.refusals import Asked, refusal, trace_of, wait_asked_for, why_everywhere
from dsk.wire.reply import READ_SIZE, Reply
from dsk.wire.sockets import LineAdapter

if TYPE_CHECKING:
    from dsk.wire.keeping import Pool
    from dsk.wire.preconnection import Preconnection

MAX_ERROR_BODY = 65536
MAX_JSON = 16 << 20
MAX_REDIRECTS = 5


def post(
    endpoint: Endpoint,
    path: str,
    body: bytes,
    clocks: Clocks,
    line: Line,
    made: Preconnection | None = None,
    pool: Pool | None = None,
) -> Reply:
    """POST a JSON body; the reply is there as soon as its headers are.

    Over a ``made`` connection the request is on its way already; one of a ``pool`` is kept for the next. If the path
    is not found, it is tried where else it may be: see ``endpoint.urls_for``. Raises ``UsageFault`` before a packet is
    sent if the key is not safe on this connection, ``NetworkFault`` or ``ClockFault`` if there is no answer, and the
    failure of the HTTP status if that is not 200.
    """
    return _fetch("POST", endpoint, path, clocks, line, body, made=made, pool=pool)


def get_json(endpoint: Endpoint, path: str, clocks: Clocks) -> Any:
    """GET a JSON document. Raises what ``post`` raises, and ``ServerFault`` if it is too large or not JSON."""
    import json

    endpoint = endpoint._replace(body_hint="check --base-url")
    with _fetch("GET", endpoint, path, clocks, Line(clocks), None) as reply:
        data = read_all(reply, MAX_JSON)
    if data is None:
        raise ServerFault(
            "the server's answer cannot be read",
            f"the answer is larger than {MAX_JSON >> 20} MiB",
            hint=OTHER_KIND,
            http_status=reply.status,
        )
    try:
        return json.loads(data)
    except (ValueError, RecursionError) as error:
        what = "the server's answer is not JSON"
        raise ServerFault(what, str(error), hint=OTHER_KIND, http_status=reply.status) from error


def get_file(url: str, clocks: Clocks, limit: int) -> bytes:
    """GET a document from anywhere, without a key, following redirects, up to ``limit`` bytes."""
    endpoint = Endpoint(url, None, {})
    with _fetch("GET", endpoint, "", clocks, Line(clocks), None, stay=False) as reply:
        data = read_all(reply, limit)
    if data is None:
        raise UsageFault(
            f"{url} is larger than {limit} bytes", hint="fetch it yourself, and send the part that matters"
        )
    return data


def read_all(reply: Reply, limit: int) -> bytes | None:
    """The whole body; None if it is larger than ``limit`` bytes."""
    found = bytearray()
    while data := reply.read():
        found += data
        if len(found) > limit:
            return None
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
    made: Preconnection | None = None,
    pool: Pool | None = None,
) -> Reply:
    try:
        check_key_stays_here(endpoint)
        urls = endpoint.urls(path)
        if pool and path in pool.found:
            urls = [pool.found[path]]
        elsewhere: list[tuple[str, str]] = []
        for url in urls:
            response = exchanged(
                method, url, endpoint, line, body, stay=stay, made=made if url is urls[0] else None, pool=pool
            )
            if response.status_code != 404 or url is urls[-1]:
                break
            with response:
                elsewhere.append((url, refusal_of(response, endpoint, stay=stay).why))
        if 200 <= response.status_code < 300:
            try:
                check_coding(response.headers)
            except Failure:
                response.close()
                raise
            if body is None:
                clocks.token_came()
            if pool:
                pool.found[path] = url
            return Reply(response, line, clocks, is_kept=pool is not None)
        with response:
            fault = refusal_of(response, endpoint, stay=stay)
            if elsewhere and fault.http_status == 404:
                fault.why = why_everywhere([*elsewhere, (url, fault.why)])
            line.let_go()
            raise fault
    except Failure:
        raise
    except BaseException:
        # An interrupt comes anywhere, also where a response has been made and nobody has it yet.
        line.drop()
        raise


def exchanged(
    method: str,
    url: str,
    endpoint: Endpoint,
    line: Line,
    body: bytes | None,
    *,
    stay: bool,
    made: Preconnection | None,
    pool: Pool | None,
) -> requests.Response:
    """One request and, where they lead to the same server, the redirects after it. Raises what ``post`` raises, but for
    the failure of the HTTP status."""
    response = _request(method, url, endpoint, line, body, made, pool)
    for _ in range(MAX_REDIRECTS - 1):
        target = target_of(url, response.headers.get("Location", ""))
        if not target or not may_follow(response.status_code, has_body=body is not None):
            break
        if stay and not same_server(url, target):
            break
        response.close()
        url = target
        try:
            response = _request(method, url, endpoint, line, body, pool=pool)
        except UsageFault as fault:
            # The user has not chosen this address.
            raise LocalFault(f"redirected to {url}", fault.why or fault.what, hint="check the URL") from fault
    return response


class _Session(requests.Session):
    """requests' session, without its redirects: it reads the body and the target of one it is not to follow."""

    def get_redirect_target(self, resp: requests.Response) -> None:  # noqa: ARG002 - the base class names it
        """None: there is nowhere to go."""
        return


def _request(
    method: str,
    url: str,
    endpoint: Endpoint,
    line: Line,
    body: bytes | None,
    made: Preconnection | None = None,
    pool: Pool | None = None,
) -> requests.Response:
    check_ca_bundle(url)
    where = host_of(url)
    with _Session() as session:
        adapter = pool.adapter(line) if pool else LineAdapter(line, made)
        session.mount("https://", adapter)
        session.mount("http://", adapter)
        while True:
            try:
                return session.request(
                    method,
                    url,
                    data=body,
                    headers=headers_of(endpoint, has_body=body is not None),
                    # With an auth of its own, requests leaves ~/.netrc alone.
                    auth=_Key(endpoint),
                    # Loopback needs no proxy, and a key on plain http must not be carried to one.
                    proxies={"no_proxy": urlsplit(url).hostname or ""} if is_loopback(url) else None,
                    # Every wait that follows the connection is the line's.
                    timeout=(line.begin(where) if made is None else None, None),
                    allow_redirects=False,
                    stream=True,
                )
            except (requests.RequestException, urllib3.exceptions.HTTPError, OSError, ValueError) as error:
                if line.is_reused and is_lost(error) and not line.is_cut:
                    # The server had closed it, as it may at any time: RFC 9112, 9.3.1.
                    line.wants_new = True
                    continue
                raise before_answer(error, line.clocks_fault, where) from error


class _Key(requests.auth.AuthBase):
    def __init__(self, endpoint: Endpoint) -> None:
        self._field = endpoint.key_field

    def __call__(self, request: requests.PreparedRequest) -> requests.PreparedRequest:
        if self._field:
            name, value = self._field
            request.headers[name] = value
        return request


def refusal_of(response: requests.Response, endpoint: Endpoint, *, stay: bool) -> Failure:
    """The failure that a response with another status than 2xx stands for. Raises ``ClockFault``."""
    status = response.status_code
    return refusal(
        status,
        response.reason or "",
        _error_body(response),
        trace_of(response.headers),
        response.headers.get("Location", ""),
        wait_asked_for(response.headers.get("Retry-After", ""), time.time()),
        Asked(has_key=endpoint.has_key, base_url=endpoint.base_url, body_hint=endpoint.body_hint, stays=stay),
    )


def _error_body(response: requests.Response) -> bytes:
    """What the server says of its refusal, as far as it comes. Raises ``ClockFault`` if a clock is over."""
    body = b""
    if response.status_code < 400:
        # A redirect's headers say it all.
        return body
    try:
        check_coding(response.headers)
        while len(body) < MAX_ERROR_BODY and (data := response.raw.read1(READ_SIZE, decode_content=True)):
            body += data
    except ClockFault as fault:
        if not isinstance(fault, StallFault):
            fault.http_status = response.status_code
            raise
    except (Failure, urllib3.exceptions.HTTPError, OSError):
        # What has come of the message is better than none.
        pass
    return body
