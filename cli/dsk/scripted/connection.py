"""One connection: requests are read one after another, and each response is played at its pace."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable
from typing import Final

from dsk.scripted.body import Body
from dsk.scripted.endpoint import Endpoint
from dsk.scripted.http import BadRequest, read_request, write_head
from dsk.scripted.peer import Peer, PeerGone
from dsk.scripted.refusals import error_body
from dsk.scripted.responses import HeaderMap, Request, Response, Timing, plain
from dsk.scripted.seen import Seen

#: What stands for a request that could not even be read.
UNREADABLE: Final = Request("", "", HeaderMap(), b"")


class Conversation:
    """Answers a peer's requests until the connection ends.

    ``began`` is told of each request when it has been read, ``ended`` when its response has ended.
    """

    def __init__(
        self,
        peer: Peer,
        endpoint: Endpoint,
        body_limit: int,
        began: Callable[[Seen], None],
        ended: Callable[[Seen], None],
    ) -> None:
        self._peer = peer
        self._endpoint = endpoint
        self._body_limit = body_limit
        self._began = began
        self._ended = ended

    def run(self) -> None:
        """Answer until the client leaves or a response closes the connection."""
        try:
            while self._exchange():
                pass
        except PeerGone:
            self._peer.close()

    def _exchange(self) -> bool:
        """Answer one request; whether there may be another."""
        try:
            request = read_request(self._peer, self._body_limit)
        except BadRequest as bad:
            error = error_body(bad.status)
            self._answer(bad.request or UNREADABLE, plain(bad.status, error.content_type, error.data), keeps=False)
            self._peer.goodbye()
            return False
        response = self._endpoint.respond(request)
        keeps = self._answer(request, response, keeps=not request.wants_close)
        if response.end == "drop":
            self._peer.close()
        elif response.end == "reset":
            self._peer.reset()
        elif not keeps:
            self._peer.goodbye()
        return keeps

    def _answer(self, request: Request, response: Response, *, keeps: bool) -> bool:
        """Play a response, on the record; whether the connection goes on."""
        seen = Seen(request, response.status, time.monotonic())
        self._began(seen)
        try:
            body = Body(response, request)
            keeps = keeps and not body.closes and response.end == "whole"
            Player(self._peer, response, body, seen).play(keeps=keeps)
        except PeerGone:
            seen.closed_early = True
            raise
        finally:
            seen.ended = time.monotonic()
            self._ended(seen)
        return keeps


class Player:
    """Writes one response when its frames are due."""

    def __init__(self, peer: Peer, response: Response, body: Body, seen: Seen) -> None:
        self._peer = peer
        self._response = response
        self._body = body
        self._seen = seen
        self._one_write = response.writes == "one-write"
        #: Bytes ready for the wire: the head, until the first piece of the body goes with it.
        self._ready = bytearray()
        #: Bytes of the body that are due, but not yet in their framing.
        self._due = bytearray()
        self._due_tokens = 0

    def play(self, *, keeps: bool) -> None:
        """Write all of it. Raises ``PeerGone`` as soon as the client leaves."""
        response = self._response
        if response.status:
            connection = ("Connection", "keep-alive" if keeps else "close")
            self._ready += write_head(response.status, (*response.headers, *self._body.headers, connection))
            self._play_body(response.timing)
            if response.end == "whole":
                self._send_all(self._body.close())
            self._flush()
        if response.end == "stall":
            self._peer.wait_gone()

    def _play_body(self, timing: Timing) -> None:
        start = time.monotonic()
        for sign in range(1, timing.signs + 1):
            self._wait_until(start + timing.first_token * sign / (timing.signs + 1))
            self._due += timing.sign
            self._write_due()
        if timing.first_token:
            self._wait_until(start + timing.first_token)
        start, at = time.monotonic(), 0
        for frame in self._response.frames:
            if timing.pace and frame.at > at:
                at = frame.at
                self._wait_until(start + at / timing.pace)
            self._due += frame.data
            self._due_tokens += frame.kind == "token"
            if len(self._due) >= self._body.batch:
                self._write_due()
        self._write_due()
        self._send_all(self._body.finish())

    def _wait_until(self, deadline: float) -> None:
        self._write_due()
        if not self._one_write:
            self._flush()
        self._peer.sleep_until(deadline)

    def _write_due(self) -> None:
        if self._due:
            self._send_all(self._body.encode(bytes(self._due)))
            self._due.clear()
            self._seen.tokens += self._due_tokens
            self._due_tokens = 0

    def _send_all(self, pieces: Iterable[bytes]) -> None:
        for piece in pieces:
            self._ready += piece
            if not self._one_write:
                self._flush()

    def _flush(self) -> None:
        if self._ready:
            self._peer.send(bytes(self._ready))
            self._ready.clear()
