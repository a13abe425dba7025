"""A Markdown text while it arrives: what of it is finished, as rows that stay, and how the rest looks for now.

The text goes through in its lines. A line that has begun with anything but a mark is taken for what it is; until then
(``-`` may become an item, a rule or the line under a heading) it is shown as it came, and what stands above it stays
open. Whenever a line has ended, every leaf but the last is finished.

The leaf in progress is never taller than the screen. A text that would be is broken off at a word and goes on as
another, at the same place; a table keeps the widths of its columns from then on, and gives its rows away one by one, as
code does with its lines at any time. Without a screen (``height`` None) leaves are given away whole, but for a text
of more than a hundred rows; and since nobody sees how they grow, one that has become long is looked at only now and
then.
"""

from __future__ import annotations

import re

from dsk.output.markdown.breaking import end_of_screen
from dsk.output.markdown.cells import without_tabs
from dsk.output.markdown.code import Highlighter
from dsk.output.markdown.layout import REST, blank_row, margin
from dsk.output.markdown.leaf_rows import NOTHING, Started, known_columns, rows_of
from dsk.output.markdown.leaves import Leaf, Outline
from dsk.output.markdown.listing import content_lines
from dsk.output.markdown.looks import Looks
from dsk.output.markdown.rows import DEFAULT, EMPTY, Look, Row, Span, merged, plain_row
from dsk.output.markdown.source import Source
from dsk.output.markdown.wrapping import wrapped

# What a line may hold and still become something else than it looks like.
_SETTLING = re.compile(r"[^\s\-=*_|:#>+.()0-9`~]")
# Without a screen: the rows of a text that are still one text.
MOST_ROWS = 100
# What comes at once in one line is taken in parts of so many characters, so that what is broken off is not far away.
PART = 4096


class Document:
    """Takes the text in pieces. ``take`` gives the rows that are finished, ``live`` those that may still change."""

    def __init__(self, look: Look, width: int, height: int | None) -> None:
        """``width`` in cells; ``height`` is that of the screen in rows, None if there is no going back on it."""
        self._look = look
        self._source = Source()
        self._is_settled = False
        # Leaves of the source that are finished.
        self._done = 0
        self._has_rows = False
        self._started = NOTHING
        self._finished: list[Row] = []
        self._looks = Looks()
        self.resize(width, height)

    def resize(self, width: int, height: int | None) -> None:
        """From now on the screen has this size."""
        self._width = width
        self._height = height
        self._cap = None if height is None else max(height - 2, 1)

    def feed(self, text: str) -> None:
        """The next piece of the text, without control characters but newline and tab."""
        first, *others = text.split("\n")
        self._extend(first)
        for piece in others:
            self._end_line()
            self._extend(piece)

    def close(self) -> None:
        """The text has ended."""
        if self._source.tail:
            self._end_line()
        for leaf in self._source.outline().leaves[self._done :]:
            self._finish(leaf)
        self._source.clear()
        self._done = 0

    def take(self) -> list[Row]:
        """The rows that have been finished since."""
        rows, self._finished = self._finished, []
        return rows

    def live(self) -> list[Row]:
        """How what is not finished looks for now."""
        if self._height is None:
            return []
        tail = self._source.tail.strip()
        above = self._source.outline(with_tail=False)
        is_shown_raw = bool(tail) and not self._is_settled and not self._is_in_code(above)
        found = above if is_shown_raw or not tail else self._source.outline()
        rows: list[Row] = []
        started = self._started
        for leaf in found.leaves[self._done :]:
            rows += self._rows_of(leaf, started, has_rows=self._has_rows or bool(rows), is_live=True)
            started = NOTHING
        if is_shown_raw:
            if self._source.has_blank_above(len(self._source.lines)) and (self._has_rows or rows):
                rows.append(EMPTY)
            rows.append(plain_row(without_tabs(self._source.tail)[-self._width :].rstrip()))
        if len(rows) > self._height and found.leaves[-1].kind == "table":
            # A row of so many lines that what comes would not be seen.
            rows = wrapped(plain_row(without_tabs(self._source.tail)), self._width)
        return rows[-self._height :]

    def cut(self) -> None:
        """What is shown stays where it is, and cannot be changed any more: what follows stands below it."""
        if self._height is None:
            # Nothing is shown but what is finished.
            return
        found = self._source.outline(with_tail=self._is_settled)
        leaves = found.leaves[self._done :]
        if not leaves:
            return
        leaf = leaves[-1]
        for above in leaves[:-1]:
            self._finish(above)
        if leaf.kind in ("text", "heading"):
            self._break_off(leaf, len(leaf.content), None)
        elif leaf.kind == "table":
            self._give_table(self._source.outline(with_tail=False).leaves[-1])
        self._finished.clear()

    def _extend(self, piece: str) -> None:
        at = 0
        while at < len(piece):
            room = PART - len(self._source.tail) % PART
            self._extend_by(piece[at : at + room])
            at += room

    def _extend_by(self, piece: str) -> None:
        self._looks.came(len(piece))
        if not self._is_settled:
            settling = _SETTLING.search(piece)
            if settling:
                self._source.tail += piece[: settling.end()]
                piece = piece[settling.end() :]
                self._is_settled = True
                if self._height is not None:
                    self._finish_all_but_last(self._source.outline())
        if piece:
            self._source.tail += piece
        # Without a screen the looks are where the text has them, however it is cut.
        if self._is_settled and (self._height is not None or len(self._source.tail) % PART == 0):
            self._break_off_tall()
            self._looked()

    def _end_line(self) -> None:
        line = self._source.end_line()
        self._looks.came(1)
        self._is_settled = False
        if self._height is None and self._looks.may_wait(line):
            return
        found = self._source.outline()
        self._finish_all_but_last(found)
        if self._done < len(found.leaves):
            self._break_off_tall()
            found = self._source.outline()
            leaf = self._advance(found.leaves[-1])
            if leaf.is_closed or (not line.strip() and leaf.kind != "code"):
                self._finish(leaf)
                self._done = len(found.leaves)
        self._looks.found(found.leaves[-1] if found.leaves else None)
        self._done -= self._source.forget(found, self._done)
        if self._height is not None:
            self._done -= self._source.compact(self._done)
        self._looked()

    def _looked(self) -> None:
        if self._height is None:
            self._looks.looked(self._source.size)

    def _finish_all_but_last(self, found: Outline) -> None:
        for leaf in found.leaves[self._done : -1]:
            self._finish(leaf)
        self._done = max(self._done, len(found.leaves) - 1)

    def _finish(self, leaf: Leaf) -> None:
        self._give(self._rows_of(leaf, self._started, has_rows=self._has_rows, is_live=False))
        self._started = NOTHING

    def _give(self, rows: list[Row]) -> None:
        self._finished += rows
        self._has_rows = self._has_rows or bool(rows)

    def _advance(self, leaf: Leaf) -> Leaf:
        """Give away the complete lines of code and the complete rows of a table that has become too tall; what is
        left of the leaf."""
        if leaf.kind == "code":
            return self._give_code(leaf)
        if leaf.kind == "table" and self._cap is not None:
            is_tall = len(self._rows_of(leaf, NOTHING, has_rows=False, is_live=False)) > self._cap
            if self._started.widths is not None or is_tall:
                return self._give_table(leaf)
        return leaf

    def _give_code(self, leaf: Leaf) -> Leaf:
        if self._started.highlighter is None:
            self._started = self._started._replace(highlighter=Highlighter(leaf.info, self._look))
        self._give(self._rows_of(leaf._replace(is_closed=False), self._started, has_rows=self._has_rows, is_live=False))
        assert self._started.highlighter
        lines = content_lines(leaf)
        for line in lines[self._started.lines :]:
            self._started.highlighter.passed(line)
        if not leaf.mark:
            # One line stays, so that what follows the empty ones is code still.
            self._started = self._started._replace(is_begun=True, lines=1)
            self._source.remove(leaf.start + 1, len(lines) - 1)
            return leaf._replace(content=f"{lines[0]}\n", end=leaf.end - len(lines) + 1)
        self._started = self._started._replace(is_begun=True)
        self._source.remove(leaf.start + 1, len(lines))
        return leaf._replace(content="", end=leaf.end - len(lines))

    def _give_table(self, leaf: Leaf) -> Leaf:
        assert leaf.table
        rows = leaf.table.rows
        if self._started.widths is None:
            at_left = margin(leaf, self._width, self._look)
            self._started = self._started._replace(widths=known_columns(leaf.table, at_left, self._look))
        self._give(self._rows_of(leaf, self._started, has_rows=self._has_rows, is_live=False))
        # The head stays in the source, so that what follows is a table still.
        self._started = self._started._replace(is_begun=True, table_rows=1)
        self._source.remove(leaf.start + 2, len(rows) - 1)
        return leaf._replace(table=leaf.table._replace(rows=rows[:1]), end=leaf.end - len(rows) + 1)

    def _break_off_tall(self) -> None:
        """Break off the open text wherever it would be taller than the screen."""
        cap = MOST_ROWS if self._cap is None else self._cap
        while True:
            leaf = self._source.outline().leaves[-1:]
            if self._done == len(self._source.outline().leaves) or leaf[0].kind not in ("text", "heading"):
                return
            at = end_of_screen(leaf[0], self._started, self._look, self._width, cap)
            if at is None:
                return
            self._break_off_at(leaf[0], at)

    def _break_off_at(self, leaf: Leaf, at: int) -> None:
        lead = self._started.lead
        if lead is not None and at <= len(REST):
            # Nothing more fits in the row that it goes on in.
            self._give([lead])
            self._started = self._started._replace(lead=None)
            return
        head = leaf._replace(content=leaf.content[:at].removesuffix("\n"))
        rows = self._rows_of(head, self._started, has_rows=self._has_rows, is_live=False)
        before = leaf.content[at - 1]
        if before == "\n" or not rows:
            self._break_off(leaf, at, None)
            self._give(rows)
        else:
            lead = merged([*rows[-1], Span(" " if before == " " else "", DEFAULT)])
            self._break_off(leaf, at, lead)
            self._give(rows[:-1])

    def _break_off(self, leaf: Leaf, at: int, lead: Row | None) -> None:
        self._source.break_off(leaf, at, REST)
        self._started = Started(is_begun=True, is_rest=True, lead=lead)
        self._has_rows = True

    def _is_in_code(self, found: Outline) -> bool:
        return len(found.leaves) > self._done and found.leaves[-1].kind == "code"

    def _rows_of(self, leaf: Leaf, started: Started, *, has_rows: bool, is_live: bool) -> list[Row]:
        """The rows of a leaf that have not been given away yet, and the empty one above it."""
        rows = rows_of(leaf, started, self._look, self._width, self._cap, is_live=is_live)
        if started.is_begun or not has_rows or not self._source.has_blank_above(leaf.start):
            return rows
        return [blank_row(leaf, self._look), *rows]
