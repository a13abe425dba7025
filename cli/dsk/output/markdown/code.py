"""Code, line by line: each line is coloured by what stands above it, and stays so."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from typing import Any

from pygments.lexer import Lexer
from pygments.lexers import get_lexer_by_name
from pygments.token import Token
from pygments.util import ClassNotFound

from dsk.output.markdown.rows import DEFAULT, Look, Row, Span, Style, merged, plain_row

STYLES = {
    Token.Comment: Style(dim=True),
    Token.Comment.Preproc: Style(color="35"),
    Token.Generic.Deleted: Style(color="31"),
    Token.Generic.Heading: Style(bold=True),
    Token.Generic.Inserted: Style(color="32"),
    Token.Generic.Prompt: Style(dim=True),
    Token.Generic.Subheading: Style(color="36"),
    Token.Keyword: Style(color="35"),
    Token.Keyword.Constant: Style(color="36"),
    Token.Literal.Number: Style(color="36"),
    Token.Literal.String: Style(color="32"),
    Token.Name.Builtin: Style(color="36"),
    Token.Name.Class: Style(color="34"),
    Token.Name.Decorator: Style(color="33"),
    Token.Name.Function: Style(color="34"),
    Token.Name.Tag: Style(color="34"),
    Token.Operator.Word: Style(color="35"),
}
# After so many lines it is tried whether the last few mean the same without those before them.
FORGET_EVERY, KEEP, WITH_TEXT = 8, 4, 2
# More than so many lines or characters are not gone through again for each line: the rest of the code stays plain.
MOST_LINES, MOST_CHARACTERS = 200, 8192
#: The characters of a line that are coloured.
LONGEST = 1000


class Highlighter:
    """Colours the lines of one piece of code in one language."""

    def __init__(self, info: str, look: Look) -> None:
        """``info`` is what stands behind the fence."""
        name = info.split()[0].lower() if info.split() else ""
        self._lexer: Lexer | None = _lexer(name) if name and look.is_styled else None
        self._lines: list[str] = []
        self._size = 0

    def row(self, line: str) -> Row:
        """The line in colour."""
        return self._colored([*self._lines, line])[-1] if line.strip() else plain_row(line)

    def passed(self, line: str) -> None:
        """The line is complete; the next one stands below it."""
        if self._lexer is None:
            return
        self._lines.append(line[:LONGEST])
        self._size += len(self._lines[-1])
        if len(self._lines) % FORGET_EVERY == 0:
            tail = self._lines[-KEEP:]
            has_text = sum(bool(line.strip()) for line in tail) >= WITH_TEXT
            if has_text and self._colored(self._lines)[-KEEP:] == self._colored(tail):
                self._lines = tail
                self._size = sum([len(line) for line in tail])
        if len(self._lines) > MOST_LINES or self._size > MOST_CHARACTERS:
            self._lexer = None
            self._lines.clear()

    def _colored(self, lines: Sequence[str]) -> list[Row]:
        if self._lexer is None:
            return [plain_row(line) for line in lines]
        rows: list[list[Span]] = [[]]
        try:
            for kind, text in self._lexer.get_tokens("\n".join(lines)):
                style = _style(kind)
                for at, part in enumerate(text.split("\n")):
                    if at:
                        rows.append([])
                    rows[-1].append(Span(part, style))
        except Exception:
            return [plain_row(line) for line in lines]
        found = [merged(row) for row in rows[: len(lines)]]
        is_whole = ["".join([span.text for span in row]) for row in found] == list(lines)
        return found if is_whole else [plain_row(line) for line in lines]


@cache
def _lexer(name: str) -> Lexer | None:
    try:
        return get_lexer_by_name(name, stripnl=False, ensurenl=True)
    except ClassNotFound:
        return None


@cache
def _style(kind: Any) -> Style:
    while kind is not None:
        if kind in STYLES:
            return STYLES[kind]
        kind = kind.parent
    return DEFAULT
