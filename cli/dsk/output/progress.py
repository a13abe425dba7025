"""How far a run is: on a terminal while the server keeps it waiting, and in one line whenever somebody asks."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from dsk.stream.events import Comment, Content, Event, Reasoning, Resume, ToolCall
from dsk.world import STDERR, STDOUT, nothing

if TYPE_CHECKING:
    from dsk.ending import Ending
    from dsk.output.settings import Color
    from dsk.output.spinner import Spinner, State
    from dsk.world import World


class Progress:
    """Listens to a run. Where stderr is a terminal it shows there what is waited for, until something of the answer is
    written, and between the lines of a list."""

    def __init__(
        self, world: World, begun: float, *, color: Color = "auto", hides_reasoning: bool = False, thinks: bool = False
    ) -> None:
        """``begun`` is when the run began, in seconds of ``time.monotonic``. ``hides_reasoning``: nobody sees it, so
        that the wait goes on while it comes. ``thinks``: the model was asked to reason first."""
        self._begun = begun
        self._hides_reasoning = hides_reasoning
        self._thinks = thinks
        self._world = world
        self._color = color
        self._spinner: Spinner | None = None
        self._phase = "waiting"
        # Pieces and characters that have been counted, and further pieces, in UTF-8, that are still to be. A signal may
        # ask at any moment: whatever changes is one value in the place of another.
        self._came: tuple[int, int, list[bytes]] = (0, 0, [])
        # What those further pieces are called.
        self._recent_phase = ""
        # Whether ``arrived`` tells of the answer, which comes here in another shape.
        self._is_told = False
        self._first_piece: float | None = None

    def begin(self) -> None:
        """The wait begins."""
        if self._world.is_terminal(STDERR) and self._world.env.get("TERM") != "dumb":
            from dsk.output.spinner import Spinner

            is_dim = self._world.has_color(STDERR, self._color)
            self._spinner = Spinner(self._world, self._begun, is_dim=is_dim)
            self._world.on_shown = self._shown

    def opened(self) -> None:
        """The server answers."""
        self._wait_for("thinking" if self._thinks else "waiting for the first token")

    def paused(self) -> None:
        """It is asked again, after a while that the user is told of now."""
        if self._spinner:
            self._spinner.begin_anew("waiting")

    def received(self, _data: bytes, events: Sequence[Event]) -> None:
        """Take note."""
        self._count_recent()
        for event in events:
            if isinstance(event, (Content, Reasoning, ToolCall)):
                if not self._is_told or isinstance(event, Reasoning):
                    self._count(event)
            elif isinstance(event, Resume):
                self._phase = "resuming"
                if self._spinner and event.at == 0:
                    self._spinner.characters = 0
            elif isinstance(event, Comment) and not self._came[0]:
                self._wait_for("queued")

    def taker(self, kind: type[Content | Reasoning]) -> Callable[[bytes], None] | None:
        """As ``Listener.taker``: where nothing is shown."""
        if self._spinner:
            return None
        self._count_recent()
        self._recent_phase = "reasoning" if kind is Reasoning else "answering"
        _, _, recent = self._came
        return recent.append

    def arrived(self, events: Sequence[Event]) -> None:
        """These have come of an answer whose shape is still to be found, before ``received`` is told of it."""
        for event in events:
            if isinstance(event, (Content, ToolCall)):
                self._is_told = True
                self._count(event)

    def rest(self) -> None:
        """An answer has come, and nothing is waited for until there is another question, if there is one."""
        self._stop()

    def turn(self) -> None:
        """An answer has come, and another question follows: it is waited again, from now on."""
        self._stop()
        self._phase = "waiting"
        self.begin()
        if self._spinner:
            self._spinner.begin_anew("waiting")

    def end(self, _ending: Ending) -> None:
        """Leave a clean line behind."""
        self._stop()

    def line(self) -> str:
        """How far it is: what it does, how much has come, how long it took."""
        elapsed = time.monotonic() - self._begun
        pieces, characters, recent = self._came
        phase = self._recent_phase if recent else self._phase
        pieces, characters = pieces + len(recent), characters + _characters_in(recent)
        if self._first_piece is None or not pieces:
            return f"{phase}: nothing has come yet, {elapsed:.1f} s"
        rate = pieces / max(time.monotonic() - self._first_piece, 0.001)
        counts = f"{_counted(characters, 'character')} in {_counted(pieces, 'piece')}"
        return f"{phase}: {counts}, {elapsed:.1f} s, {rate:.1f} pieces/s"

    def _count_recent(self) -> None:
        pieces, characters, recent = self._came
        if recent:
            self._phase = self._recent_phase
            self._came = pieces + len(recent), characters + _characters_in(recent), []

    def _count(self, event: Content | Reasoning | ToolCall) -> None:
        if self._first_piece is None:
            self._first_piece = time.monotonic()
        pieces, characters, recent = self._came
        if isinstance(event, Reasoning):
            self._phase = "reasoning"
            self._came = pieces + 1, characters + len(event.text), recent
            if self._hides_reasoning:
                self._wait_for("thinking")
            return
        text = event.text if isinstance(event, Content) else event.arguments
        self._phase = "answering" if isinstance(event, Content) or self._is_told else "calling tools"
        self._came = pieces + 1, characters + (len(text) if self._phase == "answering" else 0), recent
        if self._spinner:
            self._spinner.state = "receiving"
            self._spinner.characters += len(text)

    def _shown(self) -> None:
        """Something is written where it may be seen; without a token it is no answer yet."""
        if not self._came[0]:
            self._world.clear_line()
        elif self._spinner and self._is_told and self._world.is_terminal(STDOUT):
            # A line of several: nobody else writes on this screen what was given to him.
            self._spinner.rest()
        else:
            self._stop()

    def _wait_for(self, state: State) -> None:
        if self._spinner:
            self._spinner.state = state

    def _stop(self) -> None:
        if self._spinner:
            self._spinner.stop()
            self._spinner = None
            self._world.on_shown = nothing


def _characters_in(pieces: list[bytes]) -> int:
    return len(b"".join(pieces).decode())


def _counted(count: int, name: str) -> str:
    return f"{count} {name}" if count == 1 else f"{count} {name}s"
