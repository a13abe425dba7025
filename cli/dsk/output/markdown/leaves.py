"""The leaves of a text: the blocks that hold text, each with the lists and quotes that it is in."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Literal, TypeAlias

from dsk.output.markdown.dialect import block_tokens
from dsk.records import NamedTuple

if TYPE_CHECKING:
    from markdown_it.token import Token

Kind: TypeAlias = Literal["text", "heading", "rule", "code", "table", "empty"]

BULLETS = "•◦▪"


class Container(NamedTuple):
    """A quote or an item of a list that a leaf is in. ``marker`` is nothing for a quote; ``is_first``: the leaf is
    the first one in it; ``line`` is where it begins in the source."""

    marker: str
    is_first: bool
    line: int


class Table(NamedTuple):
    """The cells, row by row, the head first, and how the columns are aligned: left, right or center."""

    rows: tuple[tuple[str, ...], ...]
    aligned: tuple[str, ...]


class Leaf(NamedTuple):
    """One leaf. ``start`` and ``end`` are the lines that it takes in the source, the last one excluded.

    ``content`` is its text; ``mark`` what makes it what it is, as ``##`` or a fence; ``info`` stands behind a fence.
    ``is_closed``: nothing that follows can belong to it.
    """

    kind: Kind
    path: tuple[Container, ...]
    start: int
    end: int
    content: str = ""
    mark: str = ""
    info: str = ""
    table: Table | None = None
    is_closed: bool = False


class Outline(NamedTuple):
    """The leaves of a source, and the line where what stands outermost begins: the last block that is in nothing, or
    the last item of the list that it is."""

    leaves: Sequence[Leaf]
    last_start: int


def outline(source: str) -> Outline:
    """The leaves in their order; only the last one can still grow."""
    walk = _Walk()
    for token in block_tokens(source):
        walk.take(token)
    return Outline(walk.leaves, walk.last_start)


class _Open:
    """A container while one is in it."""

    def __init__(self, marker: str, line: int) -> None:
        self.marker = marker
        self.line = line
        self.is_used = False


class _Walk:
    """Goes through the tokens of markdown-it."""

    def __init__(self) -> None:
        self.leaves: list[Leaf] = []
        self.last_start = 0
        self._path: list[_Open] = []
        self._bullets = 0
        self._mark = ""
        self._kind: Kind = "text"
        self._cells: list[list[str]] | None = None
        self._aligned: list[str] = []
        self._table_lines = (0, 0)

    def take(self, token: Token) -> None:
        """The next token."""
        kind = token.type
        if token.map and token.level <= 1 and (token.level == 0 or kind == "list_item_open"):
            self.last_start = token.map[0]
        if self._cells is not None:
            self._take_in_table(token, self._cells)
        elif kind == "bullet_list_open":
            self._bullets += 1
        elif kind == "bullet_list_close":
            self._bullets -= 1
        elif kind in ("list_item_open", "blockquote_open"):
            self._path.append(_Open(self._marker(token), _lines(token)[0]))
        elif kind in ("list_item_close", "blockquote_close"):
            self._leave()
        elif kind in ("paragraph_open", "heading_open"):
            self._kind = "heading" if kind == "heading_open" else "text"
            self._mark = "#" * int(token.tag[1]) if kind == "heading_open" else ""
            self._is_closed = token.markup.startswith("#")
        elif kind == "inline":
            self._add(self._kind, _lines(token), content=token.content, mark=self._mark, is_closed=self._is_closed)
        elif kind == "hr":
            self._add("rule", _lines(token), is_closed=True)
        elif kind in ("fence", "code_block"):
            start, end = _lines(token)
            lines = token.content.count("\n") + (token.content[-1:] not in ("", "\n"))
            is_closed = kind == "fence" and end - start - 1 > lines
            self._add(
                "code", (start, end), content=token.content, mark=token.markup, info=token.info, is_closed=is_closed
            )
        elif kind == "table_open":
            self._cells, self._aligned = [], []
            self._table_lines = _lines(token)

    def _take_in_table(self, token: Token, cells: list[list[str]]) -> None:
        if token.type == "tr_open":
            cells.append([])
        elif token.type == "th_open":
            self._aligned.append(str(token.attrs.get("style", "")).removeprefix("text-align:"))
        elif token.type == "inline":
            cells[-1].append(token.content)
        elif token.type == "table_close":
            rows = tuple(tuple(row) for row in cells)
            self._add("table", self._table_lines, table=Table(rows, tuple(self._aligned)))
            self._cells = None

    def _marker(self, token: Token) -> str:
        if token.type == "blockquote_open":
            return ""
        return f"{token.info}{token.markup}" if token.info else BULLETS[(self._bullets - 1) % len(BULLETS)]

    def _leave(self) -> None:
        last = self._path[-1]
        if not last.is_used:
            self._add("empty", (last.line, last.line + 1))
        self._path.pop()

    def _add(
        self,
        kind: Kind,
        lines: tuple[int, int],
        *,
        content: str = "",
        mark: str = "",
        info: str = "",
        table: Table | None = None,
        is_closed: bool = False,
    ) -> None:
        path = tuple(Container(part.marker, not part.is_used, part.line) for part in self._path)
        for part in self._path:
            part.is_used = True
        self.leaves.append(Leaf(kind, path, *lines, content, mark, info, table, is_closed))


def _lines(token: Token) -> tuple[int, int]:
    start, end = token.map or (0, 0)
    return start, end
