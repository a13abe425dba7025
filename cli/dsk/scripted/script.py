"""What the endpoint is told to answer: plain values, made by tests, by ``dsk serve`` and by ``--offline``.

A script knows nothing of requests, sockets or time; it is the same for every connection.
"""

from __future__ import annotations

from collections.abc import Mapping

from dsk.records import NamedTuple
from dsk.scripted.faults import Fault


class ToolCall(NamedTuple):
    """One function call of an answer; ``arguments`` is JSON as text. An empty id is made up."""

    name: str
    arguments: str = ""
    id: str = ""


class Reply(NamedTuple):
    """One answer.

    ``text`` None is a short built-in story and ``reasoning`` None a built-in line of thought; reasoning is
    given only where the request has thinking on. With ``echo`` the answer is the request's last user message; with
    ``yes_if`` it is Yes where that text is in that message, and No elsewhere.
    ``recording`` is a recorded SSE body, served as it is, frame by frame, in place of everything else.
    ``status`` other than 200 answers with that error, its body the usual one; ``body`` is any other body, also
    with 200. ``logprobs`` are the values reported where the request asks for them, one for each token, the last
    one repeated. ``usage`` replaces or adds fields of the usage object. ``pace`` and ``faults`` are this reply's
    own.
    """

    text: str | None = None
    reasoning: str | None = None
    tool_calls: tuple[ToolCall, ...] = ()
    finish_reason: str | None = None
    usage: Mapping[str, object] = {}
    logprobs: tuple[float, ...] = (-0.01,)
    echo: bool = False
    yes_if: str | None = None
    recording: bytes | None = None
    status: int = 200
    headers: tuple[tuple[str, str], ...] = ()
    body: bytes | None = None
    pace: float | None = None
    faults: tuple[Fault, ...] = ()


class Script(NamedTuple):
    """All that an endpoint does.

    ``replies`` are given one after another and the last one is repeated; a request that goes on with an answer
    (prefix completion) gets the same reply again. ``pace`` is in tokens a second, 0 as fast as it goes;
    ``first_token`` in seconds, before the first token; ``keep_alive`` is the number of signs of life sent
    meanwhile. ``require_key`` refuses requests without a key, ``strict`` models that DeepSeek does not have. Paths
    outside ``base_path`` (such as "/v1") are not found. A body of more than ``body_limit`` bytes is refused with
    413. ``prefixes`` is the way to be given the beginning of an answer: ``beta`` as DeepSeek has it, ``prefix`` the
    same at the usual path, ``continue_final_message``, or ``last_message`` for any last one of the assistant.
    ``models`` are names and owners to be listed in the place of DeepSeek's; ``date`` goes in the place of the time.
    """

    replies: tuple[Reply, ...] = (Reply(),)
    pace: float = 0.0
    first_token: float = 0.0
    keep_alive: int = 0
    faults: tuple[Fault, ...] = ()
    require_key: bool = False
    strict: bool = False
    base_path: str = ""
    body_limit: int = 64 << 20
    prefixes: str = "beta"
    models: tuple[tuple[str, str], ...] = ()
    date: str = ""
