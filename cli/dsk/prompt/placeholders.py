"""Texts with placeholders: ``{name}`` is one, ``{{`` and ``}}`` are braces. Pure: no files, no streams."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from dsk.errors import UsageFault
from dsk.records import NamedTuple

#: Placeholders of the prompt that are no params: what was piped in, and the words of the command line.
STDIN = "stdin"
WORDS = "words"
OWN_NAMES = (STDIN, WORDS)

_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_-]*")
#: Names that are not ours to choose, as the columns of a table have them; the empty one is a whole record.
FIELD = re.compile(r"(?:\w[\w .-]*)?")
_BRACE = re.compile(r"\{\{|\}\}|\{([^{}\n]*)\}|[{}]")


class Placeholder(NamedTuple):
    """Where a value goes."""

    name: str


def is_param_name(name: str) -> bool:
    """Whether a param can be called so."""
    return _NAME.fullmatch(name) is not None and name not in OWN_NAMES


def pieces_of(text: str, name: re.Pattern[str]) -> list[str | Placeholder]:
    """The text taken apart; no piece is empty. ``name`` matches what may be between braces.

    Raises ``UsageFault`` naming the line of the text for a brace that is neither doubled nor part of a placeholder.
    """
    pieces: list[str | Placeholder] = []
    literal, end = "", 0
    for found in _BRACE.finditer(text):
        literal += text[end : found.start()]
        end = found.end()
        if found[0] in ("{{", "}}"):
            literal += found[0][0]
        elif found[1] is not None and name.fullmatch(found[1]):
            pieces += [literal, Placeholder(found[1])] if literal else [Placeholder(found[1])]
            literal = ""
        else:
            line = text.count("\n", 0, found.start()) + 1
            raise UsageFault(
                f"{found[0][:40]!r} in line {line} of it is no placeholder",
                hint="a name of letters, digits, _ and - makes one; {{ and }} stand for braces",
            )
    literal += text[end:]
    return [*pieces, literal] if literal else pieces


def names_in(text: str, name: re.Pattern[str] = _NAME) -> list[str]:
    """The names of the placeholders, each once, in their order. Raises ``UsageFault`` as ``pieces_of`` does."""
    return list(dict.fromkeys(piece.name for piece in pieces_of(text, name) if isinstance(piece, Placeholder)))


def fill(text: str, values: Mapping[str, str], name: re.Pattern[str] = _NAME) -> str:
    """The text with every placeholder replaced; values are taken as they are, braces and all.

    Line ends of the text's own are left off at its two ends, so that a value which is empty leaves no blank lines
    there.
    """
    pieces: Sequence[str | Placeholder] = pieces_of(text, name)
    parts = [(piece, True) if isinstance(piece, str) else (values[piece.name], False) for piece in pieces]
    parts = [(part, own) for part, own in parts if part]
    if parts and parts[0][1]:
        parts[0] = (parts[0][0].lstrip("\n"), True)
    if parts and parts[-1][1]:
        parts[-1] = (parts[-1][0].rstrip("\n"), True)
    return "".join(part for part, _ in parts)
