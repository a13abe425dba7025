"""In which line of a TOML document each key stands, which tomllib does not tell.

The document is known to be valid TOML: the scanner only finds its way past values and checks nothing. Follows
https://toml.io/en/v1.0.0 and lets in what 1.1 adds (line breaks in inline tables, more escapes).
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import TypeAlias

Path: TypeAlias = "tuple[str | int, ...]"

_BARE = re.compile(r"[^\s.=\[\]{}\"'#,]+")
_BLANK = re.compile(r"(?:[ \t\r\n]+|#[^\n]*)*")
_SCALAR = re.compile(r"[^,\]}#\n]*")
_ESCAPE = re.compile(r'\\(u[0-9a-fA-F]{4}|U[0-9a-fA-F]{8}|x[0-9a-fA-F]{2}|[btnfre"\\])')
_STRINGS = {
    # Up to two quotes may stand right before the closing three.
    '"""': re.compile(r'"""((?:[^"\\]|\\.|"{1,2}(?!"))*)"{3,5}', re.DOTALL),
    "'''": re.compile(r"'''((?:[^']|'{1,2}(?!'))*)'{3,5}", re.DOTALL),
    '"': re.compile(r'"((?:[^"\\\n]|\\.)*)"'),
    "'": re.compile(r"'([^'\n]*)'"),
}
_SHORT = {"b": "\b", "t": "\t", "n": "\n", "f": "\f", "r": "\r", "e": "\x1b", '"': '"', "\\": "\\"}


def find_places(text: str) -> Mapping[Path, int]:
    """The line, counted from 1, in which each key of a valid document is first named.

    A path is made of keys and, for what is in an array, indices: ``[[a]]``, then ``b = [{c = 1}]`` has the paths
    ("a",), ("a", 0), ("a", 0, "b"), ("a", 0, "b", 0) and ("a", 0, "b", 0, "c").
    """
    scanner = _Scanner(text)
    scanner.document()
    return scanner.lines


class _Scanner:
    def __init__(self, text: str) -> None:
        self.text = text
        self.at = 0
        self.lines: dict[Path, int] = {}
        # How many tables each array of tables has so far: [a.b] after [[a]] is in the last of them.
        self.counts: dict[Path, int] = {}
        self.line = 1
        self.line_at = 0

    def document(self) -> None:
        table: Path = ()
        self.blank()
        while self.at < len(self.text):
            table = self.header() if self.text[self.at] == "[" else self.pair(table)
            self.blank()

    def header(self) -> Path:
        is_array = self.text.startswith("[[", self.at)
        self.at += 2 if is_array else 1
        self.blank()
        at = self.at
        keys = self.key()
        path: Path = ()
        for key in keys[:-1]:
            path = self.last_of(self.named((*path, key), at))
        path = self.named((*path, keys[-1]), at)
        if is_array:
            index = self.counts.get(path, 0)
            self.counts[path] = index + 1
            path = self.named((*path, index), at)
        self.blank()
        self.at += 2 if is_array else 1
        return path

    def last_of(self, path: Path) -> Path:
        return (*path, self.counts[path] - 1) if path in self.counts else path

    def pair(self, table: Path) -> Path:
        """One ``key = value``; gives the table that it is in back."""
        at = self.at
        path = table
        for key in self.key():
            path = self.named((*path, key), at)
        self.at += 1
        self.blank()
        self.value(path)
        return table

    def key(self) -> list[str]:
        """A key with its dots, up to the ``=`` or ``]`` after it."""
        keys = []
        while True:
            keys.append(self.key_part())
            self.blank()
            if self.text[self.at] != ".":
                return keys
            self.at += 1
            self.blank()

    def key_part(self) -> str:
        quote = self.text[self.at]
        if quote == '"':
            return _ESCAPE.sub(_unescape, self.string(quote))
        if quote == "'":
            return self.string(quote)
        return self.skip(_BARE).group()

    def value(self, path: Path) -> None:
        opening = self.text[self.at]
        if opening == "[":
            self.array(path)
        elif opening == "{":
            self.inline_table(path)
        elif opening in "\"'":
            triple = opening * 3
            self.string(triple if self.text.startswith(triple, self.at) else opening)
        else:
            self.skip(_SCALAR)

    def array(self, path: Path) -> None:
        index = 0
        self.at += 1
        self.blank()
        while self.text[self.at] != "]":
            self.value(self.named((*path, index), self.at))
            index += 1
            self.comma()
        self.at += 1

    def inline_table(self, path: Path) -> None:
        self.at += 1
        self.blank()
        while self.text[self.at] != "}":
            self.pair(path)
            self.comma()
        self.at += 1

    def comma(self) -> None:
        self.blank()
        if self.text[self.at] == ",":
            self.at += 1
            self.blank()

    def blank(self) -> None:
        """Skip white space, line ends and comments."""
        self.skip(_BLANK)

    def string(self, quotes: str) -> str:
        return self.skip(_STRINGS[quotes]).group(1)

    def skip(self, pattern: re.Pattern[str]) -> re.Match[str]:
        found = pattern.match(self.text, self.at)
        if found is None:
            raise ValueError(f"not TOML at character {self.at}")
        self.at = found.end()
        return found

    def named(self, path: Path, at: int) -> Path:
        """Note the line of a path that is named for the first time."""
        # Names come in the order of the text: only what is new is counted, so that long files take linear time.
        self.line += self.text.count("\n", self.line_at, at)
        self.line_at = max(self.line_at, at)
        self.lines.setdefault(path, self.line)
        return path


def _unescape(found: re.Match[str]) -> str:
    escape = found.group(1)
    return chr(int(escape[1:], 16)) if len(escape) > 1 else _SHORT[escape]
