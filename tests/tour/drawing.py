"""A screen as SVG: a row a line of text, a span a run of the same style."""

from __future__ import annotations

from collections.abc import Iterator
from html import escape
from itertools import groupby

from pyte.screens import Char, Screen
from wcwidth import wcswidth

WIDTH, HEIGHT, MARGIN = 8.43, 18, 16
BACKGROUND, FOREGROUND = "#16181d", "#d8dee9"
COLORS = {
    "default": FOREGROUND,
    "black": "#5c6370",
    "red": "#e06c75",
    "green": "#98c379",
    "brown": "#e5c07b",
    "blue": "#61afef",
    "magenta": "#c678dd",
    "cyan": "#56b6c2",
    "white": "#e6e6e6",
}


def svg_of(screen: Screen, rows: int) -> str:
    """The first rows of the screen."""
    width = screen.columns * WIDTH + 2 * MARGIN
    height = rows * HEIGHT + 2 * MARGIN
    lines = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width:.0f} {height}" role="img">',
        "<title>dsk at a terminal: ask, a pipe, a broken stream that is resumed, a chat</title>",
        f'<rect width="100%" height="100%" rx="8" fill="{BACKGROUND}"/>',
        '<g font-family="ui-monospace, Menlo, Consolas, monospace" font-size="14" xml:space="preserve">',
    ]
    lines += [_row(screen, number) for number in range(rows)]
    return "\n".join([*(line for line in lines if line), "</g>", "</svg>", ""])


def _row(screen: Screen, number: int) -> str:
    cells = [screen.buffer[number][column] for column in range(screen.columns)]
    spans = "".join(_spans(cells))
    y = MARGIN + HEIGHT * number + 13
    return f'<text y="{y}">{spans}</text>' if spans else ""


def _spans(cells: list[Char]) -> Iterator[str]:
    column = 0
    for style, group in groupby(cells, key=_style):
        run = list(group)
        text = "".join(cell.data for cell in run)
        if text.strip():
            text = text.rstrip()
            # Each run says where it stands and how wide it is, so that any font will do.
            place = f'x="{MARGIN + column * WIDTH:.1f}" textLength="{wcswidth(text) * WIDTH:.1f}"'
            yield f"<tspan {place}{style}>{escape(text, quote=False)}</tspan>"
        column += len(run)


def _style(cell: Char) -> str:
    color = COLORS.get(cell.fg.removeprefix("bright"), f"#{cell.fg}" if len(cell.fg) == 6 else FOREGROUND)
    style = f' fill="{color}"'
    if cell.bold:
        style += ' font-weight="bold"'
    if cell.italics:
        style += ' font-style="italic"'
    if cell.underscore:
        style += ' text-decoration="underline"'
    return style
