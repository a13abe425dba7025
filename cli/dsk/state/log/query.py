"""What is looked for: a phrase, or an expression in the language of SQLite's FTS5. Pure.

In the index each Chinese, Japanese or Korean character is a word, because those scripts have few spaces: a phrase
of them is found wherever it stands.
"""

from __future__ import annotations

import re

from dsk.records import NamedTuple

_EACH_A_WORD = re.compile("[\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uac00-\ud7af\uf900-\ufaff\U00020000-\U0003ffff]")
_WORD = re.compile(r"[^\W_]+")
_OPERATORS = {"AND", "OR", "NOT", "NEAR"}


class Query(NamedTuple):
    """``text`` is a phrase unless ``is_expression``."""

    text: str
    is_expression: bool = False

    def match(self) -> str | None:
        """It for FTS5's MATCH; None for a phrase without a word, which no index of words can find."""
        if self.is_expression:
            # What is in quotation marks has an odd number.
            parts = self.text.split('"')
            return '"'.join(spaced(part) if i % 2 else _quoted(part) for i, part in enumerate(parts))
        return f'"{spaced(self.text).replace(chr(34), " ")}"' if _WORD.search(self.text) else None

    def pattern(self) -> re.Pattern[str]:
        """What to look for in a text: the phrase, or any word of the expression."""
        if self.is_expression:
            wanted = [word for word in _WORD.findall(self.text) if word not in _OPERATORS]
            return re.compile("|".join(map(re.escape, wanted)) or "$", re.IGNORECASE)
        words = _words(self.text)
        pattern = r"[\W_]*".join(map(re.escape, words)) if words else re.escape(self.text.strip())
        return re.compile(pattern, re.IGNORECASE)


class Excerpt(NamedTuple):
    """One line of a text, in three pieces: ``found`` is what was looked for, empty if it is not in it."""

    before: str
    found: str
    after: str


def spaced(text: str) -> str:
    """The text with spaces around each character that is a word of its own."""
    return _EACH_A_WORD.sub(r" \g<0> ", text)


def excerpt(text: str, pattern: re.Pattern[str], width: int) -> Excerpt | None:
    """One line of about ``width`` characters from around the first match; None if there is none."""
    found = pattern.search(text)
    if not found:
        return None
    begin = max(0, found.start() - width // 3)
    start, end = found.span()
    end = min(end, begin + 2 * width)
    before, after = _line(f"{text[begin:start]}|")[:-1], _line(f"|{text[end : begin + 2 * width]}")[1:]
    return Excerpt(f"…{before}" if begin else before, _line(text[start:end]), after)


def _line(text: str) -> str:
    return " ".join(text.split())


def _words(text: str) -> list[str]:
    return _WORD.findall(spaced(text))


def _quoted(text: str) -> str:
    return re.sub(f"{_EACH_A_WORD.pattern}+", lambda run: f'"{" ".join(run[0])}"', text)
