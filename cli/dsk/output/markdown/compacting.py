"""The beginning of a long quote or item of a list, cut short: what is finished in it is parsed no more.

Nothing in an outermost block can be forgotten while it may grow: what follows belongs to the quotes and items that are
open, by how far these are indented. So the lines stay in which they begin, and those of the last leaf; what stands
between is left out. Whether what follows is still taken for the same is tried out.
"""

from __future__ import annotations

import re

from dsk.output.markdown.leaves import Container, Leaf, Outline, outline
from dsk.records import NamedTuple

#: A text that is something of its own and shows nothing: it stands for a leaf that is written already.
STAND_IN = "\ue000"
# A marker, with the spaces that the text of the item is indented by.
_ITEM = re.compile(r" *(?:[-*+]|[0-9]+[.)])(?: {1,4}(?=\S)| )")


class Compact(NamedTuple):
    """The lines that are left, how many leaves have gone, and the line at which the open leaf stands, or the next
    one will."""

    lines: list[str]
    gone: int
    cut: int


def compacted(lines: list[str], found: Outline, done: int) -> Compact | None:
    """The shorter text; None if there is none. ``done`` of the leaves are finished: all, or all but the last."""
    last = found.leaves[-1]
    cut = last.end if done == len(found.leaves) else last.start
    inside = _insides(lines, last.path)
    # How many quotes and items are open by each line in which one begins.
    begun = {part.line: depth for depth, part in enumerate(last.path, 1) if part.line < cut}
    above = [f"{lines[line][: len(inside[depth])]}{STAND_IN}" for line, depth in begun.items()]
    shorter = [*above, inside[max(begun.values(), default=0)].rstrip(), *lines[cut:]]
    if not begun or len(shorter) >= len(lines):
        return None
    if done < len(found.leaves) and _bare(outline("\n".join(shorter)).leaves[-1]) != _bare(last):
        return None
    gone = 0
    for before in inside:
        long, short = (outline("\n".join([*text, f"{before}x"])) for text in (lines, shorter))
        if _bare(long.leaves[-1]) != _bare(short.leaves[-1]) or (long.last_start == 0) != (short.last_start == 0):
            return None
        gone = len(long.leaves) - len(short.leaves)
    # The last of these is the one inside of all.
    if [part.marker for part in long.leaves[-1].path] != [part.marker for part in last.path]:
        return None
    return Compact(shorter, gone, len(above) + 1)


def _insides(lines: list[str], path: tuple[Container, ...]) -> list[str]:
    """What a line begins with that belongs to none of the quotes and items, to the first, to the first two, to all."""
    found = [""]
    for part in path:
        at = len(found[-1])
        item = _ITEM.match(lines[part.line], at)
        width = item.end() - at if item else len(part.marker) + 1
        found.append(found[-1] + (" " * width if part.marker else "> "))
    return found


def _bare(leaf: Leaf) -> Leaf:
    """The leaf without the lines it stands in."""
    return leaf._replace(start=0, end=0, path=tuple(part._replace(line=0) for part in leaf.path))
