"""The common frame is read by the shortcut, all else the long way, and nobody can tell which it was."""

from __future__ import annotations

import json
import random
from typing import Any

import pytest

from dsk.stream.events import Comment, Content, Done, Event, Finish, Reasoning, Start
from dsk.stream.shortcut import Shortcut, Texts
from tests.stream.ways import decode

HEAD = {"id": "x", "model": "m"}
PIECES = [
    "a",
    " word",
    "ü",
    "世界",
    "👩‍🚀",
    '"',
    "\\",
    "\n",
    "\t",
    "/",
    "\x01",
    "\x7f",
    "\u2028",
    'data: {"id"',
    "]}",
    "\ud83d",
]


def frame(text: str, key: str = "content", *, ascii_only: bool = False, **more: Any) -> bytes:
    chunk = HEAD | {"choices": [{"index": 0, "delta": {key: text}, "finish_reason": None}]} | more
    return b"data: " + json.dumps(chunk, ensure_ascii=ascii_only).encode("utf-8", "surrogatepass") + b"\n\n"


def learnt(key: str = "content") -> Shortcut:
    shortcut = Shortcut()
    data = frame("first", key).decode()[len("data: ") :].rstrip("\n")
    event = Content("first", 0) if key == "content" else Reasoning("first", 0)
    shortcut.learn(data, json.loads(data), [event])
    assert shortcut.is_ready
    return shortcut


def test_frames_in_a_row_are_pieces() -> None:
    blocks = frame(" one") + frame(' "two"\n') + frame("drei ü")
    assert list(learnt().read(blocks)) == [Texts(Content, 0, [" one", ' "two"\n', "drei ü"])]


def test_reasoning_is_learnt_as_well() -> None:
    for key in ("reasoning", "reasoning_content"):
        (texts,) = learnt(key).read(frame("hm", key))
        assert isinstance(texts, Texts)
        assert texts.events == [Reasoning("hm", 0)]


@pytest.mark.parametrize(
    "odd",
    [
        frame("b", id="y"),
        frame("\ud83d", ascii_only=True),
        b": comment\n\n",
        b"id: 7\n" + frame("b"),
        b"event: error\n" + frame("b"),
        frame("b")[:-1] + b"data: more\n\n",
        b'data: {"id": "x"}\n\n',
        frame(""),
        frame("b").replace(b'"b"', b'"b" '),
        frame("b").replace(b'"b"', b'"b\\q"'),
        frame("b").replace(b'"b"', b'"a"b"'),
        frame("b").replace(b'"b"', b"null"),
        b"data: [DONE]\n\n",
    ],
)
def test_whatever_differs_goes_the_long_way_and_keeps_its_place(odd: bytes) -> None:
    parts = list(learnt().read(frame("a") + frame("b") + odd + frame("c") + odd))
    again = [b"".join(map(frame, part.pieces)) if isinstance(part, Texts) else part for part in parts]
    assert b"".join(again) == frame("a") + frame("b") + odd + frame("c") + odd
    assert isinstance(parts[0], Texts)
    assert list(learnt().read(odd)) == [odd]


def test_bad_utf8_goes_the_long_way() -> None:
    blocks = frame("a") + frame("b").replace(b'"b"', b'"\xff"')
    assert list(learnt().read(blocks)) == [blocks]


@pytest.mark.parametrize(
    "data",
    [
        '{"choices":[{"index":0,"delta":{"content":"a","x":{"content":"a"}}}]}',
        '{"content":"a","choices":[{"index":0,"delta":{"cont\\u0065nt":"a"}}]}',
        '{"choices":[{"index":0,"delta":{"content":[{"type":"text","text":"a"}]}}]}',
        '{"choices":[{"index":0,"text":"a"}]}',
        '{"choices":[{"index":0,"delta":{"x":1}},{"index":1,"delta":{"content":"a"}}]}',
    ],
)
def test_a_frame_whose_text_is_elsewhere_is_not_learnt(data: str) -> None:
    shortcut = Shortcut()
    shortcut.learn(data, json.loads(data), [Content("a", 0)])
    assert not shortcut.is_ready


def test_a_text_that_looks_like_another_piece_is_none() -> None:
    data = '{"choices":[{"index":0,"delta":{"content":"a"},"x":"a\\"content\\":\\"b\\""}]}'
    shortcut = Shortcut()
    shortcut.learn(data, json.loads(data), [Content("a", 0)])
    (texts,) = shortcut.read(b"data: " + data.replace('"a"', '"b"', 1).encode() + b"\n\n")
    assert isinstance(texts, Texts)
    assert texts.events == [Content("b", 0)]


def drawn(dice: random.Random) -> tuple[list[bytes], list[Event]]:
    """The frames of a stream, and what they say, but for the start."""
    events: list[Event] = []
    frames: list[bytes] = []
    for _ in range(dice.randint(1, 40)):
        text = "".join(dice.choice(PIECES[:-1]) for _ in range(dice.randint(1, 4)))
        kind = dice.random()
        if kind < 0.7:
            frames.append(frame(text, ascii_only=dice.random() < 0.2))
            events.append(Content(text, 0))
        elif kind < 0.8:
            frames.append(frame(text, "reasoning_content"))
            events.append(Reasoning(text, 0))
        elif kind < 0.9:
            frames.append(b": hi\n\n")
            events.append(Comment("hi"))
        else:
            frames.append(frame(text, created=dice.randint(0, 1)))
            events.append(Content(text, 0))
    end = HEAD | {"choices": [{"index": 0, "delta": {}, "finish_reason": "stop"}]}
    return [*frames, b"data: " + json.dumps(end).encode() + b"\n\n", b"data: [DONE]\n\n"], events


@pytest.mark.parametrize("text", ["a", " word", "ü 世界 👩‍🚀", "\n\n", 'a "b"\t\\', "/", "\x7f\u2028"])
def test_one_common_frame_is_its_piece(text: str) -> None:
    assert learnt().only_piece(frame(text)) == text.encode()


@pytest.mark.parametrize(
    "data",
    [
        b"",
        frame("a")[:-1],
        frame("a") + b"\n",
        frame("a") + frame("b"),
        frame("a")[1:],
        frame("\ud83d", ascii_only=True),
        frame("\x01"),
        frame("\ud83d"),
        frame(""),
        frame("a", "reasoning_content"),
        frame("a", created=1),
        frame("a").replace(b'"a"', b'"a\xff"'),
        frame("a").replace(b'"a"', b'"a", "b": "c"'),
        frame("a").replace(b'"a"', b'"\x1b"'),
        b": hi\n\n",
        frame("a").replace(b'"a"', b'"'),
    ],
)
def test_what_is_not_one_common_frame_is_no_piece(data: bytes) -> None:
    assert learnt().only_piece(data) == b""


def test_streams_drawn_by_chance_say_the_same_however_they_are_cut() -> None:
    dice = random.Random(7)
    for _ in range(40):
        frames, said = drawn(dice)
        body = b"".join(frames)
        events: list[Event] = [Start("x", "m"), *said]
        first = next((e for e in events if not isinstance(e, Start | Comment)), None)
        events.remove(Start("x", "m"))
        events.insert(events.index(first) if first else len(events), Start("x", "m"))
        assert decode(body) == [*events, Finish("stop", 0), Done()]
