"""The answer to a question with a schema, on its way: from a call's arguments or from text, to what is written.

An object is passed on as it arrives and judged when all is there. A list is written one element a line, each judged
before, as soon as it has closed; what does not fit ends the answer there.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from dsk.errors import BrokenFault
from dsk.exchange.judging import not_json
from dsk.request.schema.shape import LIMITS, SHAPES
from dsk.stream.elements import Elements, compact
from dsk.stream.events import Content, Event, ToolCall
from dsk.stream.gathered import Gathered

if TYPE_CHECKING:
    from dsk.errors import Failure
    from dsk.exchange.apart import JudgeApart
    from dsk.exchange.judging import Judge
    from dsk.request.schema.shape import Wanted


#: Characters of an element that are kept at most while its end is awaited.
LIMIT = 64 * 1024 * 1024


class Shaping:
    """Shapes the answer of one attempt. Only choice 0 is looked at."""

    def __init__(
        self,
        wanted: Wanted,
        judge: Judge | JudgeApart,
        *,
        keeps_text: bool,
        may_call: bool = False,
        limit: int = LIMIT,
    ) -> None:
        """With ``keeps_text`` it can be asked what was ``said``. ``may_call``: what is no JSON may be words before
        calls, and waits for them. ``limit``: characters of an unfinished element."""
        self._limit = limit
        self._shape = wanted.shape
        self._judge = judge
        self._inner = wanted.inner
        self._items = self._inner.get("items", {}) if wanted.shape == "items" else self._inner
        self._elements = Elements(is_list=wanted.shape == "items")
        self._call: int | None = None
        self._waits = may_call
        self._waiting: list[str] = []
        self._has_words = False
        # What comes of an object is what was said.
        self._said = Gathered() if keeps_text and wanted.shape != "object" else None
        self._limits = {key: self._inner[key] for key in LIMITS if key in self._inner} if self._is_list else {}
        # Only what is said of the list as a whole needs the whole of it.
        self._texts: list[str] = []
        #: Why what has come does not fit, once it is known.
        self.fault: Failure | None = None

    def said(self, content: str) -> str:
        """What the model wrote, as it wrote it; ``content`` is what came of it."""
        return self._said.text() if self._said is not None else content

    def take(self, events: Sequence[Event]) -> list[Event]:
        """The events with the answer in its shape; nothing more of it once ``fault`` is set."""
        found: list[Event] = []
        for event in events:
            text = self._text(event)
            if text and self._waits:
                text = self._awaited(text)
            if text is None:
                found.append(event)
            elif text and not self.fault:
                if self._said is not None:
                    self._said.write(text.encode())
                found += [Content(piece, 0) for piece in self._pieces(text)]
        return found

    def waiting(self) -> str:
        """What waits for calls still: the answer has no JSON in it."""
        text, self._waiting, self._waits = "".join(self._waiting), [], False
        return text

    def end(self, content: str) -> Failure | None:
        """The answer is whole, its server says: why it does not fit, if it does not. ``content`` is what came of it."""
        if self.fault:
            return self.fault
        if self._shape == "object":
            return self._judge.check_text(content, self._inner)
        self._elements.close()
        if self._elements.trouble:
            return not_json(self._elements.trouble)
        return self._judge.check_text(f"[{','.join(self._texts)}]", self._limits) if self._limits else None

    @property
    def _is_list(self) -> bool:
        return self._shape == "items"

    def _awaited(self, text: str) -> str:
        """What is to be passed on once a text has come: nothing before the beginning of an object."""
        self._waiting.append(text)
        begins = not self._has_words and text.lstrip().startswith("{")
        self._has_words = self._has_words or bool(text.strip())
        return self.waiting() if begins else ""

    def _text(self, event: Event) -> str | None:
        """What an event adds to the answer; None if it is about something else."""
        if isinstance(event, Content) and event.choice == 0:
            return event.text
        if not isinstance(event, ToolCall) or event.choice != 0:
            return None
        if self._call is None and event.name in SHAPES:
            self._call = event.index
        return event.arguments if event.index == self._call else None

    def _pieces(self, text: str) -> list[str]:
        if self._shape == "object":
            return [text]
        found: list[str] = []
        first = self._elements.count
        for number, raw in enumerate(self._elements.feed(text), first):
            self.fault = self._judge.check_text(raw, self._items, self._path(number))
            if self.fault:
                return found
            element = compact(raw)
            if self._limits:
                self._texts.append(element)
            found.append(element + "\n")
        if self._elements.trouble:
            self.fault = not_json(self._elements.trouble)
        elif self._elements.size > self._limit:
            why = f"{self._path(self._elements.count)} is longer than {self._limit:,} characters"
            self.fault = BrokenFault("the answer has no end", why, hint="ask for less")
        return found

    def _path(self, number: int) -> str:
        return f"$[{number}]" if self._is_list else "$"
