"""What is written of the lines, in their order: they themselves, how many there are, or the names of their files."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from os import fsencode
from typing import TYPE_CHECKING, Literal, TypeAlias

from dsk.errors import Failure, Status
from dsk.records import NamedTuple

if TYPE_CHECKING:
    from dsk.grep.deciding import Decision
    from dsk.map.appending import Appender

Shows: TypeAlias = Literal["lines", "count", "names", "nothing"]
STDIN_NAME = "(standard input)"
#: What no other line will fare better with.
HOPELESS = (Status.KEY, Status.BALANCE)


class Selecting(NamedTuple):
    """What is wanted of the lines. ``names``: the file's name is written before each; ``most``: no more than so many
    of a file."""

    threshold: float = 0.5
    inverted: bool = False
    shows: Shows = "lines"
    names: bool = False
    numbers: bool = False
    most: int | None = None
    blank_between: bool = False


class Selector:
    """Takes decisions in the order of their lines."""

    def __init__(
        self,
        wish: Selecting,
        files: Sequence[str],
        appender: Appender,
        say: Callable[[str], None],
        enough: Callable[[], None],
    ) -> None:
        """``enough`` is called when no further line can change anything."""
        self._wish = wish
        self._files = files
        self._appender = appender
        self._say = say
        self._enough = enough
        self._counts = [0] * len(files)
        self._unread: set[int] = set()
        # What has been said to do about those.
        self._hints: set[str] = set()
        self._is_over = False
        self._has_written = False
        self.hurry = appender.hurry
        self.calm = appender.calm
        #: Lines that have been decided, and how many could not be, by exit status.
        self.decided = 0
        self.failed: Counter[Status] = Counter()
        #: What to do about those, where that is known.
        self.hint = ""

    @property
    def selected(self) -> int:
        """Lines that were selected."""
        return sum(self._counts)

    @property
    def has_unread(self) -> bool:
        """Whether a file could not be read, or not to its end."""
        return bool(self._unread)

    def is_done(self, file: int) -> bool:
        """Whether no more lines of this file are wanted."""
        return self._is_over or (self._most is not None and self._counts[file] >= self._most)

    @property
    def _most(self) -> int | None:
        return 1 if self._wish.shows in ("names", "nothing") else self._wish.most

    def write(self, decision: Decision, /) -> None:
        """Take the next one. Raises ``ReaderGone`` or ``LocalFault``, and a failure that all others would have too."""
        line = decision.line
        if self.is_done(line.file):
            return
        if line.fault:
            self._unread.add(line.file)
            self._say(line.fault.message)
            if line.fault.hint and line.fault.hint not in self._hints:
                self._hints.add(line.fault.hint)
                self._say(f"hint: {line.fault.hint}")
            return
        if decision.failure:
            self._fail(decision, decision.failure)
            return
        self.decided += 1
        assert decision.p_yes is not None
        if (decision.p_yes >= self._wish.threshold) is self._wish.inverted:
            return
        self._counts[line.file] += 1
        if self._wish.shows == "lines":
            self._write_line(decision)
        elif self._wish.shows == "names":
            self._appender.write(self._name(line.file) + b"\n")
        is_last = line.file == len(self._files) - 1
        if self.is_done(line.file) and (is_last or self._wish.shows == "nothing"):
            self._is_over = True
            self._enough()

    def finish(self) -> None:
        """Write what is known at the end. Raises ``ReaderGone`` or ``LocalFault``."""
        if self._wish.shows == "count":
            for place, count in enumerate(self._counts):
                if place in self._unread:
                    continue
                head = self._name(place) + b":" if self._wish.names else b""
                self._appender.write(head + b"%d\n" % count)

    def _write_line(self, decision: Decision) -> None:
        wish, line = self._wish, decision.line
        head = b"\n" if wish.blank_between and self._has_written else b""
        head += self._name(line.file) + b":" if wish.names else b""
        head += b"%d:" % line.record.line if wish.numbers else b""
        self._appender.write(head + line.data)
        self._has_written = True

    def _name(self, place: int) -> bytes:
        name = self._files[place]
        return fsencode(STDIN_NAME if name == "-" else name)

    def _fail(self, decision: Decision, failure: Failure) -> None:
        if failure.status in HOPELESS:
            raise failure
        self.failed[failure.status] += 1
        self.hint = self.hint or failure.hint
        self._say(f"{decision.line.record.place}: {failure.message}")
