"""Text in pieces to the code in it. The result is that of the whole text, however it is cut.

Of code only the beginning of a line is held back, for as long as it may yet be the closing fence. What the code
stands in, and the indentation of its opening fence, is taken off; everything else is as the model wrote it, line ends
included.
"""

from __future__ import annotations

from dsk.stream.code.containers import CODE_INDENT, matched
from dsk.stream.code.cursor import Cursor
from dsk.stream.code.fence import Closing, Fence
from dsk.stream.code.found import Code, End, Found, Start
from dsk.stream.code.lines import Lines


class Extractor:
    """Finds the blocks of fenced code in one text."""

    def __init__(self) -> None:
        self._lines = Lines()
        self._fence: Fence | None = None
        self._number = 0
        # The line under way, as far as it is held back, and what it may be if it begins with a fence's character.
        self._held: list[str] = []
        self._closing: Closing | None = None
        # Whether the beginning of the line has left already: the rest of it is code.
        self._is_code = False
        self._taken = 0
        self._found: list[Found] = []

    def feed(self, text: str) -> list[Found]:
        """What is found in the next piece of the text."""
        at = 0
        while at < len(text):
            end = text.find("\n", at) + 1 or len(text)
            piece = text[at:end]
            self._taken += len(piece)
            self._take(piece)
            at = end
        return self._give()

    def close(self) -> list[Found]:
        """What is found in what was held back: the text has ended. It ends a block that no fence has ended."""
        if self._held:
            self._end_line()
        if self._fence:
            self._end_block(self._taken)
        return self._give()

    def _give(self) -> list[Found]:
        found, self._found = self._found, []
        return found

    def _take(self, piece: str) -> None:
        """The next piece of a line, at most to its end."""
        if self._is_code:
            self._add(piece)
            self._is_code = not piece.endswith("\n")
            return
        self._held.append(piece)
        if self._fence and not self._may_close(piece, self._fence):
            return
        if piece.endswith("\n"):
            self._end_line()

    def _may_close(self, piece: str, fence: Fence) -> bool:
        """Whether the held line of a block is still to be looked at; False if it has left."""
        if self._closing:
            if not self._closing.feed(piece):
                self._release(fence)
            return self._closing is not None
        line = "".join(self._held)
        self._held = [line]
        cursor = Cursor(line)
        count = matched(self._lines.containers, cursor)
        if count is None:
            return True
        if count < len(self._lines.containers):
            self._end_block(self._taken - len(line))
            return True
        if cursor.indent() < CODE_INDENT:
            if cursor.is_open:
                return True
            if cursor.next() == fence.char:
                self._closing = Closing(fence)
                rest = cursor.rest.lstrip(" \t")
                if self._closing.feed(rest):
                    return True
        self._release(fence)
        return False

    def _release(self, fence: Fence) -> None:
        """The held line is code, and so is what comes of it."""
        line = "".join(self._held)
        cursor = Cursor(line)
        matched(self._lines.containers, cursor)
        cursor.skip(fence.indent)
        self._add(cursor.rest)
        self._is_code = not line.endswith("\n")
        self._held.clear()
        self._closing = None

    def _end_line(self) -> None:
        """The held line is all there is of it."""
        line = "".join(self._held)
        if not self._fence:
            self._held.clear()
            self._fence = self._lines.take(line)
            if self._fence:
                self._number += 1
                self._found.append(Start(self._number, self._fence.info, self._lines.last))
        elif self._closing and self._closing.is_long_enough:
            self._end_block(self._taken)
            self._held.clear()
        else:
            self._release(self._fence)

    def _add(self, text: str) -> None:
        if text:
            self._found.append(Code(text))

    def _end_block(self, at: int) -> None:
        self._found.append(End(at))
        self._lines.end_block()
        self._fence = None
        self._closing = None
