"""What a hostile stream sends very much of: it costs neither time nor memory beyond its own size."""

from __future__ import annotations

import json
import tracemalloc

import pytest

from dsk.stream.decoder import Decoder
from dsk.stream.events import Comment, Content
from dsk.stream.frames import LONG, Frame, Frames, Item
from dsk.stream.oddities import TOLD
from tests.stream.growth import assert_grows_linearly

FRAME = b"data: {}\n\n"
SIZE = 1 << 20


def read(data: bytes, piece: int = 65536) -> list[Item]:
    frames = Frames()
    items = [item for at in range(0, len(data), piece) for item in frames.feed(data[at : at + piece])]
    return items + frames.close()


@pytest.mark.parametrize("comments", [b": c\n\n" * (TOLD + 1), b": c\n" * (TOLD + 1) + b"\n", b": c\n" * (TOLD + 1)])
def test_of_very_many_comments_in_a_row_only_the_first_are_told(comments: bytes) -> None:
    items = read(FRAME + comments + FRAME + comments + FRAME)
    told = [Comment("c")] * TOLD
    assert items == [
        Frame(1, "message", "{}"),
        *told,
        Frame(2, "message", "{}"),
        *told,
        Frame(3, "message", "{}"),
    ]


def test_comments_that_come_one_by_one_are_all_told() -> None:
    frames = Frames()
    for _ in range(2 * TOLD):
        assert frames.feed(b": c\n\n") == [Comment("c")]


def test_comments_inside_a_long_block_leave_its_data_alone() -> None:
    lines = b"".join(b"data: %d\n: c\nnothing\n" % number for number in range(2 * LONG))
    items = read(lines + b"\n" + FRAME)
    *comments, long, last = items
    assert comments == [Comment("c")] * TOLD
    assert long == Frame(1, "message", "\n".join(map(str, range(2 * LONG))))
    assert last == Frame(2, "message", "{}")


@pytest.mark.parametrize("line", [b": keep-alive\n\n", b": keep-alive\n", b"a\n", b": c\na\n", b"\n"])
def test_the_work_grows_with_the_flood(line: bytes) -> None:
    def work(size: int) -> None:
        read(line * size + b"\n")

    assert_grows_linearly(work, 20_000)


@pytest.mark.parametrize(
    "line", [b"a\n", b"event: a\n", b": c\n", b"a\n: c\n", b"id\n", b"data: aaaa\n", b"error: x\n"]
)
def test_a_block_of_very_many_lines_takes_no_more_memory_than_a_few_of_its_size(line: bytes) -> None:
    data = line * (SIZE // len(line)) + b"\n"
    frames = Frames()
    tracemalloc.start()
    try:
        for at in range(0, len(data), 65536):
            frames.feed(data[at : at + 65536])
        frames.close()
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert peak < 4 * len(data)


@pytest.mark.parametrize("text", ["x" * SIZE, "\n" * SIZE], ids=["plain", "escaped"])
def test_one_long_piece_takes_memory_of_the_order_of_its_size(text: str) -> None:
    def frame(text: str) -> bytes:
        return b"data: " + json.dumps({"choices": [{"index": 0, "delta": {"content": text}}]}).encode() + b"\n\n"

    data = [frame("a"), frame(text), frame("b"), frame(text)]
    decoder = Decoder()
    tracemalloc.start()
    try:
        said = "".join(event.text for one in data for event in decoder.feed(one) if isinstance(event, Content))
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert said == f"a{text}b{text}"
    assert peak < 40 * SIZE
