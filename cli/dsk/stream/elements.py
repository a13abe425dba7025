"""A list in JSON, element by element while it arrives: each is given as soon as its end has come. Pure.

Nothing is read twice: between two pieces only the text of the open element is kept, and where in the grammar it is.
Whether an element is JSON is for its reader to say; here brackets and strings are told apart, and that is all.
"""

from __future__ import annotations

import re
from enum import Enum, auto

_BLANK = re.compile(r"[ \t\n\r]*")
_OUTSIDE = re.compile(r'["\[\]{},]')
_INSIDE = re.compile(r'["\\]')
_NO_BLANKS = dict.fromkeys(map(ord, " \t\n\r"))


class _State(Enum):
    """What comes next."""

    START = auto()
    NAME = auto()
    IN_NAME = auto()
    COLON = auto()
    LIST = auto()
    ELEMENT = auto()
    BRACE = auto()
    END = auto()


_EXPECTED = {
    _State.NAME: ('"', _State.IN_NAME, "a name in double quotes"),
    _State.COLON: (":", _State.LIST, "a colon"),
    _State.BRACE: ("}", _State.END, "}"),
}


class Elements:
    """Takes the text of an object with one list in it, or of the list alone, in pieces.

    ``is_list`` False: there is one value in the object, which counts as the only element.
    """

    def __init__(self, *, is_list: bool = True) -> None:
        self._is_list = is_list
        self._state = _State.START
        self._is_bare = False
        self._depth = 0
        self._in_string = False
        self._is_escaped = False
        self._open: list[str] = []
        #: Characters of the element that has not ended yet.
        self.size = 0
        #: How many elements have been given.
        self.count = 0
        #: Why the text is no such thing; "" as long as it may be one.
        self.trouble = ""

    def feed(self, text: str) -> list[str]:
        """The texts of the elements that end in this piece, as they were written."""
        found: list[str] = []
        at = 0
        while at < len(text) and not self.trouble:
            at = self._element(text, at, found) if self._state is _State.ELEMENT else self._around(text, at)
        return found

    def close(self) -> None:
        """The text has ended: ``trouble`` says what is missing, if anything is."""
        if self._state is not _State.END and not self.trouble:
            self.trouble = "it is empty" if self._state is _State.START else "it ends too early"

    def _around(self, text: str, at: int) -> int:
        """Go on with what stands around the elements; gives the place behind it."""
        if self._state is _State.IN_NAME:
            return self._string(text, at, _State.COLON)
        blank = _BLANK.match(text, at)
        at = blank.end() if blank else at
        if at == len(text):
            return at
        char = text[at]
        match self._state:
            case _State.START:
                self._begin(char)
            case _State.LIST if not self._is_list:
                self._state = _State.ELEMENT
                return at
            case _State.LIST:
                self._expect(char, "[", _State.ELEMENT, "a list")
            case _State.END:
                self.trouble = "more follows its end"
            case state:
                self._expect(char, *_EXPECTED[state])
        return at + 1

    def _begin(self, char: str) -> None:
        if char == "[" and self._is_list:
            self._is_bare = True
            self._state = _State.ELEMENT
        elif char == "`":
            self.trouble = "it is in a code fence"
        else:
            self._expect(char, "{", _State.NAME, "a list" if self._is_list else "an object")

    def _expect(self, char: str, wanted: str, following: _State, name: str) -> None:
        if char == wanted:
            self._state = following
        else:
            self.trouble = f"{char} where {name} is to be"

    def _element(self, text: str, at: int, found: list[str]) -> int:
        """Go on with an element; gives the place behind the mark that ends it, or the end of the text."""
        begin = at
        while at < len(text):
            if self._in_string:
                at = self._string(text, at)
                continue
            mark = _OUTSIDE.search(text, at)
            if mark is None:
                break
            at = mark.end()
            if mark[0] == '"':
                self._in_string = True
            elif mark[0] in "[{":
                self._depth += 1
            elif self._depth and mark[0] != ",":
                self._depth -= 1
            elif not self._depth:
                self._open.append(text[begin : mark.start()])
                self._end_element(mark[0], found)
                return at
        self._open.append(text[begin:])
        self.size += len(text) - begin
        return len(text)

    def _end_element(self, mark: str, found: list[str]) -> None:
        raw = "".join(self._open)
        self._open.clear()
        self.size = 0
        is_empty = mark == "]" and self.count == 0 and not raw.strip(" \t\n\r")
        if mark not in (("]", ",") if self._is_list else "}"):
            self.trouble = f"{mark} where {', or ]' if self._is_list else '}'} is to be"
            return
        if not (is_empty and self._is_list):
            found.append(raw)
            self.count += 1
        if mark == "]":
            self._state = _State.END if self._is_bare else _State.BRACE
        elif mark == "}":
            self._state = _State.END

    def _string(self, text: str, at: int, following: _State | None = None) -> int:
        """Go on within a string; gives the place behind its end, or the end of the text."""
        if self._is_escaped:
            self._is_escaped = False
            return at + 1
        mark = _INSIDE.search(text, at)
        if mark is None:
            return len(text)
        if mark[0] == "\\":
            self._is_escaped = True
        else:
            self._in_string = False
            self._state = following or self._state
        return mark.end()


def compact(text: str) -> str:
    """JSON without the white space between its tokens, and so without a line end; all else as it was written."""
    parts = text.split('"')
    in_string = False
    for place, part in enumerate(parts):
        if in_string:
            # A quote behind an odd number of backslashes ends no string.
            in_string = (len(part) - len(part.rstrip("\\"))) % 2 == 1
        else:
            parts[place] = part.translate(_NO_BLANKS)
            in_string = True
    return '"'.join(parts)
