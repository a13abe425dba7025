"""A place in a line of Markdown, in columns: a tab goes on to the next multiple of four.

Rules: https://spec.commonmark.org/0.31.2/#tabs
"""

from __future__ import annotations

TAB = 4
SPACES = " \t"


class Cursor:
    """What of a line has been read; ``line`` may be without its end still."""

    def __init__(self, line: str) -> None:
        self._line = line
        self._at = 0
        self._column = 0
        # Some of the tab's columns have been read, and those that are left are spaces.
        self._is_in_tab = False

    @property
    def rest(self) -> str:
        """What is left of the line."""
        if self._is_in_tab:
            return " " * (TAB - self._column % TAB) + self._line[self._at + 1 :]
        return self._line[self._at :]

    @property
    def text(self) -> str:
        """What is left, without the white space before it and the line end."""
        return self._line[self._at :].lstrip(SPACES).rstrip("\r\n")

    @property
    def is_blank(self) -> bool:
        """Whether nothing but white space is left."""
        return not self._line[self._at :].strip(" \t\r\n")

    @property
    def is_open(self) -> bool:
        """Whether nothing but white space has come of what is left, and more of the line may come."""
        return self.is_blank and not self._line.endswith("\n")

    def indent(self) -> int:
        """The columns of white space that come next."""
        column = self._column
        for char in self._line[self._at :]:
            if char not in SPACES:
                break
            column += 1 if char == " " else TAB - column % TAB
        return column - self._column

    def next(self) -> str:
        """The character after the white space; "" at the end."""
        return self._line[self._at :].lstrip(SPACES)[:1]

    def skip(self, columns: int) -> None:
        """Read white space, as far as there is any, up to so many columns."""
        while columns > 0 and self._line[self._at : self._at + 1] in (" ", "\t"):
            width = 1 if self._line[self._at] == " " else TAB - self._column % TAB
            self._is_in_tab = width > columns
            self._column += min(width, columns)
            self._at += not self._is_in_tab
            columns -= width

    def advance(self, count: int) -> None:
        """Read so many characters, none of which is a tab."""
        self._at += count
        self._column += count
