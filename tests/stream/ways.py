"""One body in all the ways in which a network may cut it: what comes of it must be the same."""

from __future__ import annotations

import json
import random
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any, TypeVar

from dsk.stream.answer import Answer
from dsk.stream.decoder import Decoder
from dsk.stream.events import Event

Item = TypeVar("Item")


def pieces(data: bytes, size: int) -> Iterator[bytes]:
    return (data[at : at + size] for at in range(0, len(data), size))


def random_pieces(data: bytes, seed: int, longest: int) -> Iterator[bytes]:
    chance = random.Random(seed)
    at = 0
    while at < len(data):
        size = chance.randint(0, longest)
        yield data[at : at + size]
        at += size


def ways(data: bytes) -> Iterator[Iterable[bytes]]:
    """Whole, with an empty read, byte by byte, and cut at random, the same way in every run."""
    yield [data]
    yield [b"", data, b""]
    yield pieces(data, 1)
    for seed, longest in enumerate((20, 5000)):
        yield random_pieces(data, seed, longest)


def in_all_ways(data: bytes, read: Callable[[Iterable[bytes]], list[Item]]) -> list[Item]:
    """What ``read`` makes of the data, after it was seen to be the same however the data is cut."""
    first, *others = [read(way) for way in ways(data)]
    for other in others:
        assert other == first
    return first


def decode_pieces(data: Iterable[bytes]) -> list[Event]:
    decoder = Decoder()
    events = [event for piece in data for event in decoder.feed(piece)]
    return [*events, *decoder.close(), *decoder.flush()]


def decode(data: bytes | str) -> list[Event]:
    """The events of a body, cut in all ways."""
    return in_all_ways(data if isinstance(data, bytes) else data.encode(), decode_pieces)


def gather(events: Iterable[Event]) -> Answer:
    answer = Answer()
    for event in events:
        answer.add(event)
    return answer


def answer_of(data: bytes | str) -> Answer:
    return gather(decode(data))


def stream(*chunks: object) -> str:
    """A stream of these chunks, each a JSON value or, as a string, the data itself."""
    texts = (chunk if isinstance(chunk, str) else json.dumps(chunk) for chunk in chunks)
    return "".join(f"data: {text}\n\n" for text in texts)


def delta(index: int = 0, *, finish: str | None = None, **delta: Any) -> dict[str, Any]:
    """A chunk with one choice."""
    choice = {"index": index, "delta": delta, "finish_reason": finish}
    return {"id": "c-1", "model": "m-1", "choices": [choice]}


def calls_of(answer: Answer) -> Sequence[tuple[str, str, str]]:
    return [(call.id, call.name, call.arguments) for call in answer.tool_calls]
