"""An answer as the JSON of the API: chunks of a stream, or one object. Pure.

The order of keys and the shapes of the first and the last delta are those of recorded DeepSeek streams; where
usage stands is the rule of its reference page.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final, Literal

from dsk.records import NamedTuple
from dsk.scripted.answer import Answer
from dsk.scripted.asked import Asked
from dsk.scripted.logprobs import chat_entry, fim_object, value_at
from dsk.scripted.refusals import dumps

FINGERPRINT: Final = "fp_scripted_dsk"

Kind = Literal["open", "token", "close"]


class Part(NamedTuple):
    """The JSON of one frame. ``open`` comes before the first token, ``close`` after the last."""

    data: str
    kind: Kind


class Identity(NamedTuple):
    """What is the same in all chunks of an answer. ``created`` is a Unix time in whole seconds."""

    id: str
    created: int
    model: str


class Closing(NamedTuple):
    """How a stream ends: whether with a finish reason, and whether usage comes in a chunk of its own."""

    finish: bool = True
    usage_alone: bool = False


def chat_parts(
    answer: Answer, asked: Asked, identity: Identity, logprobs: tuple[float, ...], closing: Closing
) -> Iterator[Part]:
    """The chunks of a chat stream, without ``[DONE]``."""
    chunk = _Chunks("chat.completion.chunk", identity, asked)
    thought: dict[str, Any] = {"reasoning_content": None} if asked.thinks else {}
    first = {"content": None, "reasoning_content": ""} if asked.thinks else {"content": ""}
    yield Part(chunk.chat({"role": "assistant", **first}), "open")
    place = 0
    for piece in answer.reasoning:
        probability = _chat_logprobs("reasoning_content", piece, place, asked, logprobs)
        yield Part(chunk.chat({"content": None, "reasoning_content": piece}, probability), "token")
        place += 1
    for piece in answer.content:
        probability = _chat_logprobs("content", piece, place, asked, logprobs)
        yield Part(chunk.chat({"content": piece, **thought}, probability), "token")
        place += 1
    for index, call in enumerate(answer.calls):
        function = {"name": call.name, "arguments": ""}
        named = {"index": index, "id": call.id, "type": "function", "function": function}
        yield Part(chunk.chat({"tool_calls": [named]}), "token")
        for piece in call.arguments:
            fragment = {"index": index, "function": {"arguments": piece}}
            yield Part(chunk.chat({"tool_calls": [fragment]}), "token")
    last = chunk.chat({"content": "", **thought}, None, *_ending(answer, closing))
    yield Part(last, "close")
    if closing.usage_alone:
        yield Part(chunk.usage(answer), "close")


def fim_parts(
    answer: Answer, asked: Asked, identity: Identity, logprobs: tuple[float, ...], closing: Closing
) -> Iterator[Part]:
    """The chunks of a FIM stream, without ``[DONE]``."""
    chunk = _Chunks("text_completion", identity, asked)
    offset = 0
    for place, piece in enumerate(answer.content):
        yield Part(chunk.fim(piece, _fim_logprobs((piece,), place, offset, asked, logprobs)), "token")
        offset += len(piece)
    yield Part(chunk.fim("", None, *_ending(answer, closing)), "close")
    if closing.usage_alone:
        yield Part(chunk.usage(answer), "close")


def chat_object(answer: Answer, asked: Asked, identity: Identity, logprobs: tuple[float, ...]) -> str:
    """The whole answer as one JSON object."""
    message: dict[str, Any] = {"role": "assistant", "content": "".join(answer.content)}
    if asked.thinks:
        message["reasoning_content"] = "".join(answer.reasoning)
    if answer.calls:
        message["tool_calls"] = [
            {
                "index": index,
                "id": call.id,
                "type": "function",
                "function": {"name": call.name, "arguments": "".join(call.arguments)},
            }
            for index, call in enumerate(answer.calls)
        ]
    choice = {
        "index": 0,
        "message": message,
        "logprobs": _whole_logprobs(answer, asked, logprobs),
        "finish_reason": answer.finish_reason,
    }
    return _whole("chat.completion", identity, choice, answer)


def fim_object_of(answer: Answer, asked: Asked, identity: Identity, logprobs: tuple[float, ...]) -> str:
    """The whole FIM answer as one JSON object."""
    choice = {
        "text": "".join(answer.content),
        "index": 0,
        "logprobs": _fim_logprobs(answer.content, 0, 0, asked, logprobs),
        "finish_reason": answer.finish_reason,
    }
    return _whole("text_completion", identity, choice, answer)


class _Chunks:
    """Writes chunks around the parts that are the same in all of them."""

    def __init__(self, kind: str, identity: Identity, asked: Asked) -> None:
        head = {
            "id": identity.id,
            "object": kind,
            "created": identity.created,
            "model": identity.model,
            "system_fingerprint": FINGERPRINT,
        }
        self._head = dumps(head)[:-1] + ',"choices":['
        self._usage = ',"usage":null' if asked.include_usage else ""

    def chat(
        self, delta: dict[str, Any], logprobs: object = None, finish: str | None = None, usage: object = None
    ) -> str:
        return self._chunk(f'{{"index":0,"delta":{dumps(delta)},"logprobs"', logprobs, finish, usage)

    def fim(self, text: str, logprobs: object = None, finish: str | None = None, usage: object = None) -> str:
        return self._chunk(f'{{"text":{dumps(text)},"index":0,"logprobs"', logprobs, finish, usage)

    def usage(self, answer: Answer) -> str:
        """A chunk with usage alone."""
        return f'{self._head}],"usage":{dumps(answer.usage)}}}'

    def _chunk(self, start: str, logprobs: object, finish: str | None, usage: object) -> str:
        said = f',"usage":{dumps(usage)}' if usage is not None else self._usage
        return f'{self._head}{start}:{_json(logprobs)},"finish_reason":{_json(finish)}}}]{said}}}'


def _json(value: object) -> str:
    return "null" if value is None else dumps(value)


def _ending(answer: Answer, closing: Closing) -> tuple[str | None, object]:
    """Finish reason and usage of the last chunk."""
    return answer.finish_reason if closing.finish else None, None if closing.usage_alone else answer.usage


def _chat_logprobs(key: str, piece: str, place: int, asked: Asked, values: tuple[float, ...]) -> object:
    if asked.top_logprobs is None:
        return None
    return {key: [chat_entry(piece, value_at(values, place), asked.top_logprobs)]}


def _whole_logprobs(answer: Answer, asked: Asked, values: tuple[float, ...]) -> object:
    if asked.top_logprobs is None:
        return None
    found: dict[str, Any] = {}
    for key, pieces in (("content", answer.content), ("reasoning_content", answer.reasoning)):
        start = len(answer.reasoning) if key == "content" else 0
        if pieces:
            found[key] = [
                chat_entry(piece, value_at(values, place), asked.top_logprobs)
                for place, piece in enumerate(pieces, start)
            ]
    return found


def _fim_logprobs(pieces: tuple[str, ...], start: int, offset: int, asked: Asked, values: tuple[float, ...]) -> object:
    if asked.top_logprobs is None:
        return None
    probabilities = [value_at(values, start + place) for place in range(len(pieces))]
    return fim_object(pieces, probabilities, asked.top_logprobs, offset)


def _whole(kind: str, identity: Identity, choice: dict[str, Any], answer: Answer) -> str:
    return dumps(
        {
            "id": identity.id,
            "object": kind,
            "created": identity.created,
            "model": identity.model,
            "choices": [choice],
            "usage": dict(answer.usage),
            "system_fingerprint": FINGERPRINT,
        }
    )
