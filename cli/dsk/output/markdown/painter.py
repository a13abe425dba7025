"""Rows onto a screen: what is there already is left alone as far as it stays.

The cursor always stands at the end of the last row. A row that grows is only added to; one that changes is written
from the first character that differs. Nothing is ever cleared but what is left of a row that has become shorter, and
the cursor never goes above the first row in question, nor above the screen.
"""

from __future__ import annotations

from collections.abc import Sequence

from dsk.output.markdown.rows import EMPTY, Row, sliced, text_of, written

ERASE_REST, ERASE_ROW = "\x1b[K", "\x1b[2K"


class Painter:
    """Keeps in mind the rows that may still change."""

    def __init__(self, *, is_styled: bool) -> None:
        self._is_styled = is_styled
        self._rows: Sequence[Row] = ()
        # Whether the next row has to begin with a newline.
        self._is_mid_line = False

    @property
    def rows(self) -> Sequence[Row]:
        """The rows on the screen that may still change."""
        return self._rows

    @property
    def has_written(self) -> bool:
        """Whether a row is to be ended."""
        return self._is_mid_line

    def leave(self, *, is_mid_line: bool) -> None:
        """What is on the screen stays as it is. ``is_mid_line``: the cursor stands at the end of it still."""
        self._rows = ()
        self._is_mid_line = is_mid_line

    def paint(self, finished: Sequence[Row], live: Sequence[Row], height: int) -> str:
        """What turns the rows on the screen into these, of which only the ``live`` ones may change again."""
        old, new = self._rows, [*finished, *live]
        self._rows = live
        if not old:
            return self._appended(new)
        if not new:
            new = [EMPTY]
            self._rows = new
        at = _same(old, new)
        if at == len(old):
            return self._appended(new[at:])
        up = len(old) - 1 - at
        if up >= height:
            # It has left the screen by the top.
            up = height - 1
            at = len(old) - 1 - up
        if at >= len(new):
            return self._shrunk(old, new)
        return self._rewritten(old, new, at, up)

    def _appended(self, rows: Sequence[Row]) -> str:
        if not rows:
            return ""
        text = "\n".join([self._written(row) for row in rows])
        text = f"\n{text}" if self._is_mid_line else text
        self._is_mid_line = True
        return text

    def _rewritten(self, old: Sequence[Row], new: Sequence[Row], at: int, up: int) -> str:
        parts: list[str] = []
        if up:
            parts.append(f"\x1b[{up}A")
        parts.append(self._changed(old[at], new[at], is_at_end=not up))
        for place in range(at + 1, max(len(new), len(old))):
            if place >= len(new):
                parts.append(f"\n{ERASE_ROW}")
            elif place >= len(old):
                parts.append(f"\n{self._written(new[place])}")
            elif old[place] == new[place] and place < len(new) - 1:
                parts.append("\n")
            else:
                parts.append(f"\n{self._changed(old[place], new[place], is_at_end=False)}")
        if len(old) > len(new):
            parts.append(_to_end(new[-1], len(old) - len(new)))
        return "".join(parts)

    def _shrunk(self, old: Sequence[Row], new: Sequence[Row]) -> str:
        """The last rows vanish."""
        gone = len(old) - len(new)
        return f"\r{ERASE_ROW}" + f"\x1b[A{ERASE_ROW}" * (gone - 1) + _to_end(new[-1], 1)

    def _changed(self, old: Row, new: Row, *, is_at_end: bool) -> str:
        """Turn one row into another; the cursor is somewhere in it."""
        same = _common(old, new)
        text = text_of(old)
        rest = self._written(sliced(new, same, len(text_of(new))))
        if same == len(text) and is_at_end:
            return rest
        # It is still being loaded where text is only added to.
        from dsk.output.markdown.cells import is_certain, width_of

        if same and not is_certain(text[:same]):
            same, rest = 0, self._written(new)
        place = f"\x1b[{width_of(text[:same]) + 1}G" if same else "\r"
        # At the end of a full row the cursor stands on its last character, which erasing would take away.
        is_shorter = width_of(text_of(new)) < width_of(text) or not is_certain(text)
        return f"{place}{ERASE_REST if is_shorter else ''}{rest}"

    def _written(self, row: Row) -> str:
        return written(row, is_styled=self._is_styled)


def _same(old: Sequence[object], new: Sequence[object]) -> int:
    """How many are the same at the beginning."""
    return next(
        (at for at, (one, other) in enumerate(zip(old, new, strict=False)) if one != other), min(len(old), len(new))
    )


def _common(old: Row, new: Row) -> int:
    """How many characters at the beginning look the same."""
    same = 0
    for one, other in zip(old, new, strict=False):
        if one == other:
            same += len(one.text)
            continue
        if one.style == other.style:
            same += _same(one.text, other.text)
        break
    return same


def _to_end(row: Row, up: int) -> str:
    """Move up to a row, and to its end."""
    from dsk.output.markdown.cells import width_of

    return f"\x1b[{up}A\r" + (f"\x1b[{width_of(text_of(row))}C" if row else "")


def printed(rows: Sequence[Row], *, is_styled: bool) -> str:
    """Rows for where there is no going back: each with its newline."""
    return "".join([f"{written(row, is_styled=is_styled)}\n" for row in rows])
