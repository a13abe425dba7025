"""HTTP/1.1 as far as an API endpoint needs it: requests read from a peer, response heads written (RFC 9112)."""

from __future__ import annotations

import re
import time

from dsk.scripted.peer import Peer
from dsk.scripted.refusals import REASONS
from dsk.scripted.responses import HeaderMap, Headers, Request

HEAD_LIMIT = 1 << 16
LINE_LIMIT = 1 << 12
#: An idle connection is closed after this many seconds, as servers do.
PATIENCE = 75.0
SERVER = "dsk"

_REQUEST_LINE = re.compile(rb"([A-Z]{1,20}) (\S+) HTTP/1\.([01])")
_FIELD = re.compile(rb"([!#$%&'*+.^_`|~0-9A-Za-z-]+):[ \t]*(.*?)[ \t]*")


class BadRequest(Exception):
    """What cannot be read as a request. The connection is of no further use."""

    def __init__(self, status: int, request: Request | None = None) -> None:
        super().__init__(status)
        self.status = status
        self.request = request


def read_request(peer: Peer, body_limit: int) -> Request:
    """The next request. Raises ``PeerGone`` if there is none, ``BadRequest`` if it cannot be read."""
    head = peer.read_head(HEAD_LIMIT, PATIENCE)
    if head is None:
        raise BadRequest(431)
    # A client may send empty lines before a request (RFC 9112, 2.2).
    first, *lines = head.lstrip(b"\r\n")[: -len(b"\r\n\r\n")].split(b"\r\n")
    match = _REQUEST_LINE.fullmatch(first)
    fields = [_FIELD.fullmatch(line) for line in lines]
    if not match or not all(fields):
        raise BadRequest(400)
    pairs = [(f[1].decode("latin-1"), f[2].decode("latin-1")) for f in fields if f]
    target = re.sub("^https?://[^/]*", "", match[2].decode("latin-1"))
    path, _, query = target.partition("?")
    request = Request(match[1].decode(), path or "/", HeaderMap(pairs), b"", int(match[3]), query)
    return request._replace(body=_read_body(peer, request, body_limit))


def _read_body(peer: Peer, request: Request, limit: int) -> bytes:
    headers = request.headers
    chunked = "chunked" in headers.get("transfer-encoding", "").lower()
    length = headers.get("content-length", "0")
    if not re.fullmatch("[0-9]{1,18}", length):
        raise BadRequest(400, request)
    if not chunked and int(length) > limit:
        raise BadRequest(413, request)
    if headers.get("expect", "").lower() == "100-continue" and (chunked or int(length)):
        peer.send(b"HTTP/1.1 100 Continue\r\n\r\n")
    if not chunked:
        return peer.read(int(length), PATIENCE)
    body = bytearray()
    try:
        while size := int(peer.read_line(LINE_LIMIT, PATIENCE).partition(b";")[0], 16):
            if size < 0 or len(body) + size > limit:
                raise BadRequest(413, request)
            body += peer.read(size, PATIENCE)
            peer.read_line(LINE_LIMIT, PATIENCE)
        while peer.read_line(LINE_LIMIT, PATIENCE):
            pass
    except ValueError as error:
        raise BadRequest(400, request) from error
    return bytes(body)


def write_head(status: int, headers: Headers) -> bytes:
    """Status line and header fields, with the empty line after them."""
    fields = (("Server", SERVER), *headers)
    if not any(name == "Date" for name, _ in headers):
        fields = (*fields[:1], ("Date", time.strftime("%a, %d %b %Y %H:%M:%S GMT", time.gmtime())), *headers)
    lines = [f"HTTP/1.1 {status} {REASONS.get(status, '')}", *(f"{name}: {value}" for name, value in fields)]
    return ("\r\n".join(lines) + "\r\n\r\n").encode("latin-1", "replace")
