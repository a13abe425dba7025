"""An insertion as a unified diff, which patch(1) and git-apply(1) take. Only computes.

Lines end in a newline; a carriage return before it is part of the line, as it is for both of these.
"""

from __future__ import annotations

from dsk.records import NamedTuple

CONTEXT = 3
NO_NEWLINE = "\n\\ No newline at end of file\n"
_ESCAPES = {"\n": "\\n", "\t": "\\t", "\r": "\\r", '"': '\\"', "\\": "\\\\"}


class Change(NamedTuple):
    """What becomes of a file: between ``before`` and ``after`` stands ``new`` in the place of ``old``."""

    before: str
    old: str
    new: str
    after: str


def unified_diff(name: str, change: Change) -> str:
    """The change of a file as a diff; "" if there is none. ``name`` is written as ``a/NAME`` and ``b/NAME``."""
    begun = change.before.rpartition("\n")[2]
    kept = _lines(change.before[: len(change.before) - len(begun)])
    ended, newline, tail = change.after.partition("\n")
    follow = _lines(tail)
    old = _lines(begun + change.old + ended + newline)
    new = _lines(begun + change.new + ended + newline)
    while old and new and old[0] == new[0]:
        kept.append(old.pop(0))
        new.pop(0)
    while old and new and old[-1] == new[-1]:
        follow.insert(0, old.pop())
        new.pop()
    if not old and not new:
        return ""
    above, below = kept[-CONTEXT:], follow[:CONTEXT]
    sizes = [len(above) + len(lines) + len(below) for lines in (old, new)]
    start = len(kept) - len(above)
    hunk = " ".join(f"{sign}{_range(start, size)}" for sign, size in zip("-+", sizes, strict=True))
    lines = [(" ", above), ("-", old), ("+", new), (" ", below)]
    body = "".join(_written(sign, line) for sign, several in lines for line in several)
    return f"--- {_quoted('a/' + name)}\n+++ {_quoted('b/' + name)}\n@@ {hunk} @@\n{body}"


def with_line_ends_of(text: str, new: str) -> str:
    """``new`` with carriage returns before its newlines if those of the ``text`` that it goes into have them all."""
    ends = text.count("\r\n")
    if not ends or ends != text.count("\n"):
        return new
    return new.replace("\r\n", "\n").replace("\n", "\r\n")


def _lines(text: str) -> list[str]:
    """The lines with their newlines; the last one may have none."""
    lines = [f"{line}\n" for line in text.split("\n")]
    last = lines.pop()[:-1]
    return [*lines, last] if last else lines


def _range(start: int, size: int) -> str:
    """Where a hunk is: of no lines, after which one it is."""
    first = start + 1 if size else start
    return f"{first}" if size == 1 else f"{first},{size}"


def _written(sign: str, line: str) -> str:
    return sign + (line if line.endswith("\n") else line + NO_NEWLINE)


def _quoted(name: str) -> str:
    """As git writes it, and GNU patch too."""
    if any(char in _ESCAPES or char < " " or char == "\x7f" for char in name):
        return '"' + "".join(_escaped(char) for char in name) + '"'
    # A tab ends a name that has spaces in it.
    return f"{name}\t" if " " in name else name


def _escaped(char: str) -> str:
    return _ESCAPES.get(char) or (f"\\{ord(char):03o}" if char < " " or char == "\x7f" else char)
