"""A call as a terminal shows it to whoever is to say whether it may run.

Its arguments are a stranger's words, and could make up a screen of their own: blanks that push the beginning out of
sight, and then lines that look like ours. So they stand in lines that are broken here, each behind a mark; a run of
blanks is a number; and what does not fit the screen is left out in the middle, not scrolled away.
"""

from __future__ import annotations

import re

from dsk.output.escapes import clean_field
from dsk.records import NamedTuple

MARK = "| "
# More in a row are shown as their number; the braille pattern without dots is one to the eye.
MOST_BLANKS = 8
BLANKS = re.compile(rf"[\s\u2800]{{{MOST_BLANKS + 1},}}")
# Rows that the lines around the arguments may need, and those that the arguments have at least.
AROUND, LEAST_ROWS = 6, 4
LEAST_WIDTH = 20


class Shown(NamedTuple):
    """What is written, in its order, but for ``whole``: that is the arguments if some of ``arguments`` are left out.
    ``arguments`` is "" if they stand in the heading."""

    heading: str
    arguments: str
    question: str
    whole: str = ""


def shown(name: str, arguments: str, width: int, height: int) -> Shown:
    """The call of a tool for a terminal of this size."""
    width = max(width, LEAST_WIDTH)
    text = clean_field(BLANKS.sub(lambda match: f"<{len(match[0]):,} blanks>", arguments))
    heading = f"the model calls {name} {text}"
    if _cells(f"dsk: {heading}") < width:
        return Shown(heading, "", _question(name, ""))
    count = f" with {len(arguments):,} characters of arguments"
    # A terminal may break a line that is as wide as itself.
    lines = [f"{MARK}{line}\n" for line in _broken(text, width - len(MARK) - 1)]
    room = max(height - AROUND, LEAST_ROWS)
    if len(lines) <= room:
        return Shown(f"the model calls {name}:", "".join(lines), _question(name, count))
    begin, end = lines[: room // 2], lines[len(lines) - (room - 1) // 2 :]
    gap = f"dsk: {len(lines) - len(begin) - len(end):,} lines are left out here\n"
    question = _question(name, count, "(v)iew all, ")
    return Shown(f"the model calls {name}:", "".join([*begin, gap, *end]), question, "".join(lines))


def _question(name: str, count: str, view: str = "") -> str:
    return f"dsk: run {name}{count}? (y)es, (n)o, {view}(a)lways, or (q)uit: "


def _broken(text: str, width: int) -> list[str]:
    """The text in pieces of at most so many cells."""
    pieces, begin, used = [], 0, 0
    for place, char in enumerate(text):
        cells = _cells(char)
        if used + cells > width:
            pieces.append(text[begin:place])
            begin, used = place, 0
        used += cells
    return [*pieces, text[begin:]]


def _cells(text: str) -> int:
    """The most cells that any terminal uses for it: terminals differ in what is wide, and none makes more than two."""
    return len(text) if text.isascii() else sum(1 if char.isascii() else 2 for char in text)
