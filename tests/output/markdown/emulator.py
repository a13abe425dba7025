"""A terminal emulator, and a document as it is shown on it piece by piece."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

import pyte
from wcwidth import wcwidth

from dsk.output.markdown.document import Document
from dsk.output.markdown.painter import Painter
from dsk.output.markdown.rows import Look

STYLED = Look(is_styled=True, has_links=False)
PLAIN = Look(is_styled=False, has_links=False)


class Emulated(pyte.HistoryScreen):
    """pyte as it is, but for characters of no width, at which it drops what comes after them."""

    def draw(self, data: str) -> None:
        super().draw("".join([char for char in data if wcwidth(char) != 0]))


class Screen:
    """A screen with its scrollback."""

    def __init__(self, width: int = 80, height: int = 24) -> None:
        self._screen = Emulated(width, height, history=100_000, ratio=0.5)
        # As a terminal does with a newline that a program writes.
        self._screen.set_mode(pyte.modes.LNM)
        self._stream = pyte.Stream(self._screen)
        self.width = width

    def feed(self, text: str) -> None:
        """Show what a program writes."""
        self._stream.feed(text)

    def resize(self, width: int, height: int) -> None:
        """Become another size."""
        self._screen.resize(height, width)
        self.width = width

    def shown(self) -> str:
        """What is on the screen."""
        return "\n".join(line.rstrip() for line in self._screen.display)

    def history(self) -> list[str]:
        """What has left the screen by the top."""
        return ["".join([row[x].data for x in range(self.width)]).rstrip() for row in self._screen.history.top]

    def rows(self) -> list[str]:
        """Everything, without the empty rows at the end."""
        return "\n".join([*self.history(), self.shown()]).rstrip("\n").split("\n")

    def is_sane(self) -> bool:
        """Whether the next that is written looks like nothing special, and the cursor is seen."""
        style = self._screen.cursor.attrs
        return not self._screen.cursor.hidden and style == pyte.screens.Char(" ")

    def style(self, text: str) -> pyte.screens.Char:
        """How the first character of a text on the screen looks."""
        for y, line in enumerate(self._screen.display):
            if (x := line.find(text)) >= 0:
                return self._screen.buffer[y][x]
        raise AssertionError(f"{text!r} is not shown")


def pieces(text: str, cuts: Iterable[int]) -> Iterator[str]:
    """The text cut at these places."""
    at = 0
    for cut in [*cuts, len(text)]:
        yield text[at:cut]
        at = cut


class Showing:
    """A document on a screen."""

    def __init__(self, width: int = 80, height: int = 24, look: Look = STYLED) -> None:
        self.screen = Screen(width, height)
        self.document = Document(look, width, height)
        self.painter = Painter(is_styled=look.is_styled)
        self.height = height

    def feed(self, text: str) -> str:
        """Show a piece more; what was written for it."""
        self.document.feed(text)
        return self._paint()

    def close(self) -> str:
        """The text has ended; what was written for that."""
        self.document.close()
        return self._paint()

    def cut(self) -> None:
        """Somebody else has written a line in between."""
        self.document.cut()
        self.painter.leave(is_mid_line=False)

    def _paint(self) -> str:
        written = self.painter.paint(self.document.take(), self.document.live(), self.height)
        self.screen.feed(written)
        return written


def shown(text: str, width: int = 80, height: int = 24, look: Look = STYLED, cuts: Iterable[int] = ()) -> list[str]:
    """The rows that a text leaves on a screen and above it."""
    showing = Showing(width, height, look)
    for piece in pieces(text, cuts):
        showing.feed(piece)
    showing.close()
    return showing.screen.rows()


def bare(written: str) -> str:
    """What was written, without the sequences that a painter may write."""
    return re.sub(r"\x1b\[[0-9;]*[mAGCK]|\x1b\]8;[^\x1b]*\x1b\\|\r", "", written)
