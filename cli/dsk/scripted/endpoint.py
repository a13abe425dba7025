"""One request in, one response out: the script, its replies in turn, and its faults counted down.

Knows no socket and no time: what is due when is said in the response. It may be used by many threads.
"""

from __future__ import annotations

import threading
import zlib
from collections.abc import Iterator, Mapping
from itertools import chain
from typing import Final

from dsk.scripted import asked, chunks, frames
from dsk.scripted.answer import compose
from dsk.scripted.asked import Asked
from dsk.scripted.faults import INSTEAD, Applies, Fault, FaultDeck
from dsk.scripted.fixed import FIXED, error, in_place, model_list, refusal
from dsk.scripted.frames import End, Frame
from dsk.scripted.refusals import JSON, Refused
from dsk.scripted.responses import Request, Response, Timing, Writes, plain
from dsk.scripted.script import Reply, Script

CHAT: Final = ("/chat/completions", "/v1/chat/completions", "/beta/chat/completions")
FIM: Final = ("/beta/completions", "/v1/completions")
EVENT_STREAM: Final = "text/event-stream; charset=utf-8"

#: How many conversations are remembered to give the same reply again to a request that goes on with one.
MAX_CONVERSATIONS = 4096

Faults = Mapping[str, Fault]


class Endpoint:
    """What answers. ``created`` is the Unix time in all answers, so that the same request gets the same bytes."""

    def __init__(self, script: Script, created: int) -> None:
        self._script = script
        self._created = created
        self._lock = threading.Lock()
        self._faults = FaultDeck(script.faults)
        self._own_faults = [FaultDeck(reply.faults) for reply in script.replies]
        self._turn = 0
        self._given: dict[int, int] = {}
        self._answered = 0

    def respond(self, request: Request) -> Response:
        """The response to a request; never raises for anything that a client can send."""
        with self._lock:
            self._answered += 1
            trace = f"{zlib.crc32(request.body):08x}{self._answered:024x}"
        try:
            response = self._respond(request)
        except Refused as refused:
            response = error(refused.status, refused.message, request)
        date = (("Date", self._script.date),) if self._script.date else ()
        return response._replace(headers=(*response.headers, *date, ("X-Ds-Trace-Id", trace)))

    def _respond(self, request: Request) -> Response:
        path = self._route(request)
        question = None if path in FIXED else self._understand(path, request)
        applies = _applies(question)
        with self._lock:
            faults = self._faults.take(applies)
        # What a client would meet first: a server in trouble, then one that asks who it is, then one that reads.
        if instead := _instead(faults):
            return _transport(in_place(instead, request), faults, request)
        if self._script.require_key and not request.key:
            raise Refused(401, "Authentication Fails (auth header format should be Bearer sk-...)")
        if question is None:
            models = self._script.models if path.endswith("/models") else ()
            data = model_list(models) if models else FIXED[path]
            return _transport(plain(200, JSON, data.encode()), faults, request)
        if isinstance(question, Refused):
            raise question
        return self._answer(question, faults, applies, request)

    def _route(self, request: Request) -> str:
        """The path below the base path. Raises ``Refused`` for a path or method that there is not."""
        path = request.path.removeprefix(self._script.base_path)
        known = path in (*CHAT, *FIM, *FIXED) and request.path.startswith(self._script.base_path)
        if not known:
            raise Refused(404)
        if request.method != ("GET" if path in FIXED else "POST"):
            raise Refused(405)
        return path

    def _understand(self, path: str, request: Request) -> Asked | Refused:
        strict = self._script.strict
        try:
            if path in FIM:
                return asked.read_fim(request.body, strict=strict)
            prefixes = self._script.prefixes
            return asked.read_chat(request.body, beta=path.startswith("/beta"), strict=strict, prefixes=prefixes)
        except Refused as refused:
            return refused

    def _answer(self, question: Asked, faults: Faults, applies: set[Applies], request: Request) -> Response:
        with self._lock:
            turn = self._take_turn(question)
            reply = self._script.replies[turn]
            own = self._own_faults[turn].take(applies)
        slots = {fault.kind.slot for fault in own.values()}
        faults = {n: f for n, f in faults.items() if f.kind.slot not in slots} | own
        if instead := _instead(own):
            response = in_place(instead, request)
        elif reply.status != 200 or reply.body is not None:
            response = refusal(reply, request)
        else:
            response = self._completion(reply, question, faults)
        return _transport(_with_headers(response, reply), faults, request)

    def _take_turn(self, question: Asked) -> int:
        """The place of the reply to a request: a request that goes on with an answer gets its reply again."""
        last = len(self._script.replies) - 1
        turn = self._given.get(question.conversation) if question.is_prefix else None
        if turn is None:
            turn = min(self._turn, last)
            self._turn += 1
        if last:
            if len(self._given) >= MAX_CONVERSATIONS:
                self._given.clear()
            self._given[question.conversation] = turn
        return turn

    def _completion(self, reply: Reply, question: Asked, faults: Faults) -> Response:
        script = self._script
        pace = script.pace if reply.pace is None else reply.pace
        streams = (question.streams and "not-stream" not in faults) or reply.recording is not None
        sign = frames.KEEP_ALIVE if streams else b"\n"
        timing = Timing(pace, script.first_token, sign, script.keep_alive)
        if reply.recording is not None:
            body = frames.recorded_frames(reply.recording)
            return _stream(frames.with_faults(body, faults), faults, timing)
        answer = compose(reply, question, faults)
        identity = chunks.Identity(_id(question.identity), self._created, question.model)
        if not streams:
            whole = chunks.fim_object_of if question.fim else chunks.chat_object
            data = whole(answer, question, identity, reply.logprobs).encode()
            length = None if timing.signs else len(data)
            headers = (("Content-Type", JSON),)
            return Response(200, headers, (Frame(data, answer.tokens),), timing=timing, length=length)
        closing = chunks.Closing(finish="no-finish" not in faults, usage_alone="usage-alone" in faults)
        make = chunks.fim_parts if question.fim else chunks.chat_parts
        parts = make(answer, question, identity, reply.logprobs, closing)
        body = frames.scripted_frames(chain(parts, frames.done_parts(faults)), faults)
        return _stream(frames.with_faults(body, faults), faults, timing)


def _applies(question: Asked | Refused | None) -> set[Applies]:
    """Which faults a request can show."""
    applies: set[Applies] = {"all"}
    if isinstance(question, Asked):
        applies.add("answer")
        if question.streams:
            applies.add("stream")
        if question.is_prefix:
            applies.add("prefix")
    return applies


def _instead(faults: Faults) -> Fault | None:
    return next((fault for fault in faults.values() if fault.kind.slot == INSTEAD), None)


def _stream(body: Iterator[Frame], faults: Faults, timing: Timing) -> Response:
    end: End = next((end for name, end in frames.ENDS.items() if name in faults), "whole")
    headers = (("Content-Type", EVENT_STREAM), ("Cache-Control", "no-cache"))
    return Response(200, headers, body, end, timing)


def _with_headers(response: Response, reply: Reply) -> Response:
    """The response with the reply's own header fields in place of those of the same name."""
    own = {name.lower() for name, _ in reply.headers}
    kept = (pair for pair in response.headers if pair[0].lower() not in own)
    return response._replace(headers=(*kept, *reply.headers))


def _transport(response: Response, faults: Faults, request: Request) -> Response:
    """The response with the faults that are about its framing and its writes."""
    gzip = faults.get("gzip")
    writes: Writes = next((n for n in ("split-utf8", "tiny", "one-write") if n in faults), "")
    return response._replace(
        close_delimited="close-delimited" in faults,
        gzip=gzip is not None and (gzip.argument == "always" or request.takes_gzip),
        writes=writes,
    )


def _id(number: int) -> str:
    """An id as DeepSeek's look, which depends on the number alone."""
    digits = ""
    for _ in range(4):
        number = zlib.crc32(number.to_bytes(4, "big"), number)
        digits += f"{number:08x}"
    return "-".join((digits[:8], digits[8:12], digits[12:16], digits[16:20], digits[20:]))
