"""The common frame without its detours: a stream's frames differ in one JSON string only, the piece of text.

From a frame that was read in full, the text around its piece is learnt. What is literally the same around another
piece is then the same JSON but for that string, so that the piece is all there is to read. Whatever differs in a
single byte, escapes that need more than a table, and all that is odd go the long way. Pure.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from dsk.records import NamedTuple
from dsk.stream.events import Content, Event, Reasoning
from dsk.stream.parsing import parse, scan

#: Frames that are looked at in vain before a stream is taken to have no common frame.
PATIENCE = 8
#: Characters of a frame to learn from: of a longer one there are not many.
LONGEST = 1 << 16

_END = "\n\n"
_KEYS = {Content: ("content",), Reasoning: ("reasoning_content", "reasoning")}
_MARK = "\x01"


class Texts(NamedTuple):
    """Frames in a row that hold a piece of text each and nothing else."""

    kind: type[Content | Reasoning]
    choice: int
    pieces: list[str]

    @property
    def events(self) -> list[Event]:
        """What they say."""
        kind, choice = self.kind, self.choice
        return [kind(piece, choice) for piece in self.pieces]


class Shortcut:
    """Learns from frames and then reads their like."""

    def __init__(self) -> None:
        self._kind: type[Content | Reasoning] = Content
        self._choice = 0
        self._before = ""
        self._after = ""
        # The same in the bytes of a block that is nothing else.
        self._head = b""
        self._tail = b""
        self._patience = PATIENCE

    @property
    def is_ready(self) -> bool:
        """Whether there is anything to be recognised by."""
        return bool(self._before)

    @property
    def kind(self) -> type[Content | Reasoning]:
        """What the common frame brings a piece of."""
        return self._kind

    @property
    def choice(self) -> int:
        """The choice that it belongs to."""
        return self._choice

    def learn(self, data: str, value: dict[str, Any], events: list[Event]) -> None:
        """Learn from the data of a frame, its JSON value and what was read in it."""
        if len(events) != 1 or self._patience == 0 or len(data) > LONGEST:
            return
        (event,) = events
        if not isinstance(event, Content | Reasoning):
            return
        self._patience -= 1
        for key in _KEYS[type(event)]:
            names = [name for name in (f'"{key}":"', f'"{key}": "') if name in data]
            if len(names) != 1 or data.count(names[0]) != 1 or "\n" in data:
                continue
            start = data.index(names[0]) + len(names[0])
            _, end = scan(data, start - 1)
            before, after = data[:start], data[end - 1 :]
            if _is_piece(before, after, key, value, event):
                self._kind, self._choice = type(event), event.choice
                self._before, self._after = f"data: {before}", after + _END
                self._head, self._tail = self._before.encode(), self._after.encode()
                return

    def only_piece(self, block: bytes) -> bytes:
        """The piece of text, as UTF-8, if this is one common frame; else b"", as for bytes that end inside a frame or
        hold more than one. This is what each token costs, so it does little."""
        if not (block.startswith(self._head) and block.endswith(self._tail)):
            return b""
        piece = block[len(self._head) : -len(self._tail)]
        try:
            text = piece.decode()
        except UnicodeDecodeError:
            return b""
        # As ``_is_plain`` has it, without a step of its own.
        if b'"' not in piece and b"\\" not in piece and text.isprintable():
            return piece
        return _unescaped(text).encode()

    def read(self, blocks: bytes) -> Iterator[bytes | Texts]:
        """Complete blocks, in order, as pieces where that is all they hold and as they are elsewhere."""
        before, after = self._before, self._after
        try:
            text = blocks.decode()
        except UnicodeDecodeError:
            yield blocks
            return
        if text.startswith(before) and text.endswith(after):
            piece = text[len(before) : -len(after)]
            if piece and _is_plain(piece):
                # One frame: the quote that would end another one's piece is not in it.
                yield Texts(self._kind, self._choice, [piece])
                return
        start = 0 if text.startswith(before) else text.find(_END + before) + len(_END)
        end = text.rfind(after)
        if not text.startswith(before, start) or end < start + len(before):
            yield blocks
            return
        if start:
            yield text[:start].encode()
        run: list[str] = []
        for piece in text[start + len(before) : end].split(after + before):
            read = piece if _is_plain(piece) else _unescaped(piece)
            if read:
                run.append(read)
                continue
            if run:
                yield Texts(self._kind, self._choice, run)
                run = []
            yield f"{before}{piece}{after}".encode()
        if run:
            yield Texts(self._kind, self._choice, run)
        if end + len(after) < len(text):
            yield text[end + len(after) :].encode()


def _is_plain(piece: str) -> bool:
    """Whether it is certain at a look that the inside of a JSON string stands for itself."""
    return '"' not in piece and "\\" not in piece and piece.isprintable()


def _unescaped(piece: str) -> str:
    """The text that the inside of a JSON string stands for; "" if it is not the inside of one, or has escapes by
    number: halves of characters have to be joined."""
    if "\\u" in piece:
        return ""
    try:
        return str(json.loads(f'"{piece}"'))
    except ValueError:
        return ""


def _is_piece(before: str, after: str, key: str, value: dict[str, Any], event: Content | Reasoning) -> bool:
    """Whether the string between is just the piece of text: with another one there, the frame says just that."""
    try:
        marked = parse(f"{before}\\u0001{after}")
    except ValueError:
        return False
    delta = _delta(value, event.choice)
    marked_delta = _delta(marked, event.choice)
    if delta is None or marked_delta is None or delta.get(key) != event.text or marked_delta.get(key) != _MARK:
        return False
    marked_delta[key] = event.text
    return bool(marked == value)


def _delta(value: object, choice: int) -> dict[str, Any] | None:
    try:
        delta = value["choices"][0]["delta"]  # type: ignore[index]
        return delta if isinstance(delta, dict) and value["choices"][0].get("index", 0) == choice else None  # type: ignore[index]
    except (KeyError, IndexError, TypeError):
        return None
