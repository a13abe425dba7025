"""The short form of a schema, word by word."""

from __future__ import annotations

import json
import re

from dsk.records import NamedTuple

# No schema needs longer ones, and every JSON reader takes these.
_NUMBER = r"-?(?:0|[1-9][0-9]{0,15})(?:\.[0-9]{1,15})?"
_TOKEN = re.compile(
    r"(?P<mark>[,\n|?:\[\]{}])"
    r'|(?P<quoted>"(?:[^"\\\x00-\x1f]|\\.)*")'
    rf"|(?P<range>{_NUMBER}\.\.{_NUMBER})"
    rf"|(?P<number>{_NUMBER}(?![\w-]))"
    r"|(?P<word>\w(?:[\w-]*\w)?)"
)
_BLANK = re.compile(r"[ \t\r]*")


class Misfit(Exception):
    """It is no such schema: ``why``, the offset ``at`` which it is seen, and what may help."""

    def __init__(self, why: str, at: int, hint: str = "") -> None:
        super().__init__(why)
        self.why, self.at, self.hint = why, at, hint


class Token(NamedTuple):
    """``kind`` is the mark itself, or the name of a group of ``_TOKEN``; "end" at the end."""

    kind: str
    text: str
    at: int


def next_token(text: str, at: int) -> Token:
    """The first token at or after an offset, blanks apart. Raises ``Misfit``."""
    blank = _BLANK.match(text, at)
    at = blank.end() if blank else at
    if at == len(text):
        return Token("end", "", at)
    match = _TOKEN.match(text, at)
    if match is None:
        raise Misfit("a double quote that is not closed" if text[at] == '"' else f"{text[at]} means nothing", at)
    return Token(match[0] if match["mark"] else str(match.lastgroup), match[0], at)


def text_of(token: Token) -> str:
    """The text that a token in double quotes stands for. Raises ``Misfit``."""
    try:
        text = str(json.loads(token.text))
        text.encode()
    except ValueError as error:
        raise Misfit(f"{token.text} is no text of JSON", token.at) from error
    return text
