"""What is written on a screen, as values: styled text, row by row."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TypeAlias
from zlib import crc32

from dsk.records import NamedTuple

PLAIN = "\x1b[0m"


class Style(NamedTuple):
    """How a text looks. ``color`` is an SGR foreground code or nothing, ``link`` a URL in ASCII or nothing."""

    bold: bool = False
    italic: bool = False
    strike: bool = False
    underline: bool = False
    dim: bool = False
    color: str = ""
    link: str = ""


class Look(NamedTuple):
    """What the screen can show. Without styles the marks themselves are shown, so that nothing is lost; without
    links the address stands behind the text."""

    is_styled: bool
    has_links: bool


class Span(NamedTuple):
    """A piece of text that looks the same all along."""

    text: str
    style: Style


#: One row of a screen, without its newline.
Row: TypeAlias = tuple[Span, ...]

DEFAULT = Style()
DIM = Style(dim=True)
EMPTY: Row = ()


def merged(spans: Iterable[Span]) -> Row:
    """The spans as a row, those that look the same joined and empty ones left out."""
    row: list[Span] = []
    for span in spans:
        if not span.text:
            continue
        if row and row[-1].style == span.style:
            row[-1] = Span(row[-1].text + span.text, span.style)
        else:
            row.append(span)
    return tuple(row)


def plain_row(text: str) -> Row:
    """A row without any style."""
    return (Span(text, DEFAULT),) if text else EMPTY


def text_of(spans: Iterable[Span]) -> str:
    """The text alone."""
    return "".join([span.text for span in spans])


def sliced(spans: Iterable[Span], start: int, end: int) -> Row:
    """The characters from ``start`` to ``end``."""
    row: list[Span] = []
    at = 0
    for text, style in spans:
        if at >= end:
            break
        if at + len(text) > start:
            row.append(Span(text[max(start - at, 0) : end - at], style))
        at += len(text)
    return tuple(row)


def written(row: Row, *, is_styled: bool) -> str:
    """The row as a terminal is told: each span switches its style on and off again, so that wherever the writing ends
    the terminal is left as it was."""
    return "".join([_written(span) for span in row]) if is_styled else text_of(row)


def _written(span: Span) -> str:
    text, style = span
    bits = (style.bold, style.dim, style.italic, style.underline, style.strike)
    codes = [code for code, is_on in zip("12349", bits, strict=True) if is_on]
    if style.color:
        codes.append(style.color)
    if codes:
        text = f"\x1b[{';'.join(codes)}m{text}{PLAIN}"
    if style.link:
        # OSC 8, https://gist.github.com/egmontkob/eb114294efbcd5adb1944c9f3cb5feda; the id joins the rows of one link.
        text = f"\x1b]8;id={crc32(style.link.encode()):x};{style.link}\x1b\\{text}\x1b]8;;\x1b\\"
    return text
