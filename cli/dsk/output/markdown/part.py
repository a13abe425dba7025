"""The part of the printer that shows the answer as rendered Markdown."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from dsk.errors import Status
from dsk.output.markdown.loading import Loading
from dsk.output.markdown.painter import Painter, printed
from dsk.output.markdown.rows import Look, Row, plain_row
from dsk.output.markdown.screen import has_links, size_of
from dsk.stream.events import Content, Event, Reasoning
from dsk.world import STDERR

if TYPE_CHECKING:
    from dsk.ending import Ending
    from dsk.output.markdown.document import Document
    from dsk.output.outlet import Outlet
    from dsk.world import World


class Markdown:
    """Writes the pieces of one kind that belong to choice 0: each at once, and anew when more is known of it.

    Where there is no going back, in a pipe or on a dumb terminal, each block is written when it is finished.
    """

    def __init__(
        self,
        outlet: Outlet,
        world: World,
        kind: type[Content | Reasoning],
        *,
        newline: bool,
        is_styled: bool,
        beside_reasoning: bool,
    ) -> None:
        """``beside_reasoning``: the reasoning is shown on the same screen."""
        self._outlet = outlet
        self._world = world
        self._kind = kind
        self._newline = newline
        self._is_styled = is_styled
        self._beside_reasoning = beside_reasoning
        self._goes_back = outlet.is_terminal and world.env.get("TERM") != "dumb"
        self._is_among_messages = world.is_same_place(outlet.descriptor, STDERR)
        self._messages = world.messages
        self._size = size_of(outlet.descriptor, world.env)
        self._loading = Loading()
        self._begin()

    def _begin(self) -> None:
        """Begin a text, at the beginning of a line."""
        self._firewall = self._outlet.screen_firewall()
        self._painter = Painter(is_styled=self._is_styled)
        self._document: Document | None = None
        # What came before the document was there.
        self._early = ""
        self._ends_line = True

    def prepare(self) -> None:
        """An answer is on its way."""
        self._loading.begin()

    def received(self, _data: bytes, events: Sequence[Event]) -> None:
        """Show what the events add to the text."""
        kind = self._kind
        if self._beside_reasoning and any(isinstance(event, Reasoning) for event in events):
            self._leave(is_mid_line=False)
        text = "".join([event.text for event in events if isinstance(event, kind) and event.choice == 0])
        if text:
            self._feed(self._firewall.feed(text))

    def turn(self, ending: Ending) -> None:
        """Show how it looks in the end, and begin anew below."""
        self.end(ending)
        self._messages = self._world.messages
        self._begin()

    def end(self, ending: Ending) -> None:
        """Show how it looks in the end, and finish the line if all of the answer is there or somebody looks at it."""
        self._feed(self._firewall.close())
        if not self._early and self._document is None:
            return
        document = self._ready()
        self._keep_up(document)
        document.close()
        self._show(document)
        is_whole = ending.failure is None or ending.failure.status is Status.INVALID
        is_wanted = self._newline and (is_whole or self._outlet.is_terminal)
        if self._goes_back and self._painter.has_written and (is_wanted or self._ends_line):
            self._outlet.put(b"\n")

    def _feed(self, text: str) -> None:
        if not text:
            return
        self._ends_line = text.endswith("\n")
        if self._document is None and self._loading.is_under_way and self._goes_back:
            rows = _plain_rows(self._early + text, self._size.width)
            if len(rows) < self._size.height:
                self._early += text
                self._put(self._painter.paint([], rows, self._size.height))
                return
        document = self._ready()
        self._keep_up(document)
        document.feed(text)
        self._show(document)

    def _ready(self) -> Document:
        """The document, with all that came before it was there."""
        if self._document is None:
            look = Look(self._is_styled, self._is_styled and self._goes_back and has_links(self._world.env))
            height = self._size.height if self._goes_back else None
            self._document = self._loading.document_type()(look, self._size.width, height)
            self._document.feed(self._early)
            self._early = ""
        return self._document

    def _keep_up(self, document: Document) -> None:
        """Notice what has happened to the screen meanwhile: another size, a message in the midst of the text."""
        if self._is_among_messages and self._messages != self._world.messages:
            self._leave(is_mid_line=False)
        size = size_of(self._outlet.descriptor, self._world.env) if self._goes_back else self._size
        if size != self._size:
            from dsk.output.markdown.cells import width_of
            from dsk.output.markdown.rows import text_of

            # A terminal breaks rows that have become too long, each in its own way; what has left a screen that has
            # become lower cannot be reached any more.
            rows = self._painter.rows
            if len(rows) > size.height or any(width_of(text_of(row)) > size.width for row in rows):
                self._leave(is_mid_line=True)
            self._size = size
            document.resize(size.width, size.height)

    def _leave(self, *, is_mid_line: bool) -> None:
        """Touch no more what is on the screen, and go on below it."""
        self._messages = self._world.messages
        if self._early:
            self._ready()
        if self._document is not None:
            self._document.cut()
        self._painter.leave(is_mid_line=is_mid_line and self._painter.has_written)

    def _show(self, document: Document) -> None:
        finished = document.take()
        if self._goes_back:
            self._put(self._painter.paint(finished, document.live(), self._size.height))
        else:
            self._put(printed(finished, is_styled=self._is_styled))

    def _put(self, text: str) -> None:
        self._outlet.put(text.encode())


def _plain_rows(text: str, width: int) -> list[Row]:
    """The text as it came, cut where a row is full; what is not ASCII counts twice, to be sure."""
    rows: list[Row] = []
    for line in text.rstrip("\n").replace("\t", " ").split("\n"):
        row, column = "", 0
        for char in line:
            cells = 1 if char < "\x80" else 2
            if column + cells > width and row:
                rows.append(plain_row(row))
                row, column = "", 0
            row += char
            column += cells
        rows.append(plain_row(row))
    return rows
