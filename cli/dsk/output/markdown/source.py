"""The text of a document that is still needed: the lines of the blocks that may still grow."""

from __future__ import annotations

from dsk.output.markdown.compacting import compacted
from dsk.output.markdown.leaves import Leaf, Outline, outline

# Lines that are not worth cutting short.
FEW = 24


class Source:
    """Complete lines, and the ``tail``: the line that has not ended yet."""

    def __init__(self) -> None:
        self.lines: list[str] = []
        self.tail = ""
        self._is_blank_above = False
        # The line above which a blank one stands that the text has not, if there is one.
        self._tight: int | None = None
        # Lines from which on the text is cut short.
        self._many = FEW
        self._known: dict[str, Outline] = {}

    @property
    def size(self) -> int:
        """Its characters."""
        return sum([len(line) + 1 for line in self.lines]) + len(self.tail)

    def outline(self, *, with_tail: bool = True) -> Outline:
        """What the text is made of."""
        text = "".join([f"{line}\n" for line in self.lines]) + (self.tail if with_tail else "")
        if text not in self._known:
            if len(self._known) > 1:
                self._known.clear()
            self._known[text] = outline(text)
        return self._known[text]

    def end_line(self) -> str:
        """The tail has ended; the line that it is."""
        line, self.tail = self.tail, ""
        self.lines.append(line)
        return line

    def has_blank_above(self, line: int) -> bool:
        """Whether the line above this one is empty, apart from the marks of quotes."""
        if line == self._tight:
            return False
        return _is_blank(self.lines[line - 1]) if line else self._is_blank_above

    def forget(self, found: Outline, done: int) -> int:
        """Drop what no leaf that may still grow depends on; ``done`` of the leaves are finished. How many leaves
        have been dropped."""
        end = found.last_start
        if not found.leaves or (done == len(found.leaves) and not found.leaves[-1].path):
            end = len(self.lines)
        if not end:
            return 0
        self._is_blank_above = self.has_blank_above(end)
        self._tight = self._tight - end if self._tight is not None and self._tight > end else None
        del self.lines[:end]
        return sum(leaf.start < end for leaf in found.leaves)

    def compact(self, done: int) -> int:
        """Drop what is finished of a block that has become long; ``done`` of the leaves are finished. How many leaves
        have been dropped."""
        if len(self.lines) <= self._many:
            return 0
        shorter = compacted(self.lines, self.outline(), done)
        # Where it could not be done, it is not tried again with every line.
        self._many = max(FEW, 2 * len(shorter.lines if shorter else self.lines))
        if shorter is None:
            return 0
        is_tight = not self.has_blank_above(len(self.lines) - len(shorter.lines) + shorter.cut)
        self.lines, gone, self._tight = shorter.lines, shorter.gone, shorter.cut if is_tight else None
        return gone

    def remove(self, line: int, count: int) -> None:
        """Drop complete lines from the middle."""
        del self.lines[line : line + count]

    def break_off(self, leaf: Leaf, at: int, mark: str) -> None:
        """Drop the first ``at`` characters of a leaf's content, and put the mark in their place."""
        content = leaf.content.split("\n")
        above = leaf.content.count("\n", 0, at)
        column = at - (leaf.content.rfind("\n", 0, at) + 1)
        lines = [*self.lines, self.tail]
        first, last = lines[leaf.start], lines[leaf.start + above]
        before = first[: first.rfind(content[0])] if content[0] else first
        rest = last[last.rfind(content[above]) + column :] if content[above] else ""
        lines[leaf.start : leaf.start + above + 1] = [f"{before}{mark}{rest}"]
        self.lines, self.tail = lines[:-1], lines[-1]

    def clear(self) -> None:
        """Drop everything."""
        self.lines.clear()
        self._tight = None
        self.tail = ""


def _is_blank(line: str) -> bool:
    return not line.strip(" \t>")
