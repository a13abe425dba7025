"""Where an answer is to stop: after the match of a regular expression, or after a number of lines.

The result is that of the whole text, however it is cut into pieces. This room sees only text; who asks for it, and
what happens to the rest of the stream, is not known here.
"""

from __future__ import annotations

import re
import warnings

from dsk.errors import UsageFault
from dsk.stream.matching import Search
from dsk.stream.program import build

_EMPTY = "say what must be there, such as x+ for x*"


class Stopper:
    """Takes the answer in pieces and gives what of it is to be printed.

    ``until``, from ``compile_until``, is looked for in the whole text: its leftmost match is the last that is
    printed. A match that may yet grow or vanish by what follows is waited for, and only what may come after it is
    held back. ``max_lines`` counts newlines; the last one is printed.
    """

    def __init__(self, until: re.Pattern[str] | None, max_lines: int | None) -> None:
        self._search = Search(build(until)) if until else None
        self._lines_left = max_lines
        #: What has arrived and may come after the match, and the place where it begins.
        self._held: list[str] = []
        self._given = 0
        #: Whether nothing more is to be printed.
        self.stopped = max_lines == 0

    def feed(self, text: str) -> str:
        """What may be printed now that this piece has come; nothing once it has stopped."""
        if self.stopped:
            return ""
        if self._search is None:
            return self._count(text)
        self._search.feed(text)
        return self._release(text)

    def close(self) -> str:
        """What was held back: the text has ended. ``stopped`` then says whether the end asked for was reached."""
        if self.stopped or self._search is None:
            return ""
        self._search.close()
        if self._search.end is not None:
            return self._release("")
        return self._count("".join(self._held))

    def _release(self, text: str) -> str:
        assert self._search is not None
        self._held.append(text)
        size = self._search.safe - self._given
        if size:
            text = "".join(self._held)
            self._held = [text[size:]]
            self._given += size
            text = self._count(text[:size])
        else:
            text = ""
        if self._search.end is not None:
            self.stopped = True
        return text

    def _count(self, text: str) -> str:
        """The text up to the last newline that is wanted."""
        if self._lines_left is None:
            return text
        newlines = text.count("\n")
        if newlines < self._lines_left:
            self._lines_left -= newlines
            return text
        self.stopped = True
        end = 0
        for _ in range(self._lines_left):
            end = text.index("\n", end) + 1
        return text[:end]


def compile_until(text: str) -> re.Pattern[str]:
    """The expression of ``--until``; ``^`` and ``$`` are those of a line.

    Raises ``UsageFault`` if it is none, is not supported, or matches the empty text at the beginning of any answer.
    """
    try:
        # What a later Python may read differently is no concern of the user's.
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            pattern = re.compile(text, re.MULTILINE)
            search = Search(build(pattern))
    except re.error as error:
        where = "" if error.pos is None else f" at character {error.pos + 1} of {text}"
        raise UsageFault("--until", f"{error.msg}{where}", hint="it is a regular expression of Python") from error
    except (OverflowError, RecursionError) as error:
        raise UsageFault("--until", "the expression is too large", hint="use a shorter one") from error
    if search.matches_at_once:
        raise UsageFault("--until", f"{text or 'an empty expression'} matches before anything has come", hint=_EMPTY)
    return pattern
