"""How many cells of a screen a text takes: at most.

Terminals differ about emoji that are put together of several characters: some show one, some all of them. What is
measured here is the sum of the parts, which no terminal exceeds, so that no row that fits by it is ever wrapped by
the terminal itself.
"""

from __future__ import annotations

from collections.abc import Iterator

from wcwidth import wcwidth

from dsk.records import NamedTuple

TAB = 8
MANY = 1_000
JOINER = "\u200d"
# Asks for the emoji, two cells wide, in place of a narrow sign.
EMOJI_SELECTOR = "\ufe0f"


class Cluster(NamedTuple):
    """Characters that are not to be parted, and the cells that they take."""

    text: str
    width: int


def clusters(text: str, most: int = MANY) -> Iterator[Cluster]:
    """The text in what a reader sees as characters, near enough; none takes more than ``most`` cells, if one of the
    characters that it is put together of does not."""
    if text.isascii():
        for char in text:
            yield Cluster(char, 1)
        return
    held, width = "", 0
    for char in text:
        cells = max(wcwidth(char), 0)
        if held and (cells == 0 or (held.endswith(JOINER) and width + cells <= most)):
            held += char
            width = width + cells if char != EMOJI_SELECTOR else max(width, 2)
            continue
        if held:
            yield Cluster(held, width)
        held, width = char, cells
    if held:
        yield Cluster(held, width)


def width_of(text: str) -> int:
    """The cells that a text takes at most; it holds no tab and no newline."""
    return len(text) if text.isascii() else sum([cluster.width for cluster in clusters(text)])


def is_certain(text: str) -> bool:
    """Whether all terminals agree about the width."""
    return text.isascii() or all(len(cluster.text) == 1 for cluster in clusters(text))


def without_tabs(text: str) -> str:
    """The text of one line with tabs as spaces."""
    if "\t" not in text:
        return text
    found = ""
    for index, piece in enumerate(text.split("\t")):
        if index:
            found += " " * (TAB - width_of(found) % TAB)
        found += piece
    return found
