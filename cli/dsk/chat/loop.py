"""The job of ``dsk chat``: one text after another is read from the terminal, and said or done."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import TYPE_CHECKING, Any, Protocol

from dsk.chat.commands import parse
from dsk.chat.conversation import Conversation
from dsk.chat.deeds import Deeds
from dsk.chat.interrupts import Interrupts
from dsk.chat.modes import Modes
from dsk.chat.questions import Questions
from dsk.chat.recall import Recall
from dsk.chat.route import Route
from dsk.chat.terminal import open_terminal
from dsk.errors import Failure, InterruptFault, Status
from dsk.output.notes import note, tell_failure
from dsk.world import STDOUT

if TYPE_CHECKING:
    from dsk.jobs.asking import AskSettings
    from dsk.world import World

#: Terminals that nothing can be drawn on.
PLAIN = ("", "dumb", "unknown")
#: After these there is nobody to talk to.
ENDS = (Status.HUNG_UP, Status.CLOSED, Status.TERMINATED)


class Reader(Protocol):
    """Where texts come from."""

    def read(self, label: str) -> str | None:
        """A text, "" if there is none after all; None at the end of the input. ``label`` goes before the prompt.

        Raises ``KeyboardInterrupt``."""

    def confirm(self, question: str) -> bool:
        """Whether the answer is yes."""

    @property
    def reads_keys(self) -> bool:
        """Whether it wants what is typed as it is typed, and not as lines of the terminal."""


def chat(settings: AskSettings, world: World) -> Status:
    """Hold a conversation until its user leaves.

    Raises ``UsageFault`` if there is no terminal to hold it at, and what keeps it from beginning at all.
    """
    with open_terminal(world) as terminal, Route(world) as route, Interrupts() as interrupts:
        questions = Questions(settings.prompt, settings.sending.network, world)
        talk = Conversation(settings, route, interrupts, world)
        first = questions.first()
        reader = _reader(terminal, talk.models, settings.sending.output.color, interrupts, world)
        with Modes(terminal, reads_keys=reader.reads_keys) as modes:
            _Chat(talk, questions, reader, interrupts, modes, world).run(first)
    return Status.OK


def _reader(
    terminal: int, models: Callable[[], Sequence[str]], color: str, interrupts: Interrupts, world: World
) -> Reader:
    recall = Recall(world)
    if world.env.get("TERM", "") in PLAIN:
        from dsk.chat.plain import PlainReader

        return PlainReader(terminal, recall, interrupts, world)
    from dsk.chat.editor import EditingReader

    return EditingReader(terminal, recall, interrupts, world, models=models, color=color)


class _Chat:
    def __init__(
        self,
        talk: Conversation,
        questions: Questions,
        reader: Reader,
        interrupts: Interrupts,
        modes: Modes,
        world: World,
    ) -> None:
        self._talk = talk
        self._questions = questions
        self._reader = reader
        self._interrupts = interrupts
        self._modes = modes
        self._world = world
        self._deeds = Deeds(talk, questions, self._say, reader.confirm, modes, world)

    def run(self, first: Sequence[Mapping[str, Any]]) -> None:
        note(f"{self._talk.title}; /help lists the commands, ^D leaves", self._world)
        self._deeds.show_last()
        step = partial(self._attempt, partial(self._say, first)) if first else self._step
        while self._goes_on(step):
            step = self._step

    def _goes_on(self, step: Callable[[], bool]) -> bool:
        """What the step says; a ^C that comes between two things is no end."""
        try:
            return step()
        except KeyboardInterrupt:
            return True

    def _step(self) -> bool:
        """Read one text and do what it says; False if that was the end."""
        self._world.progress = lambda: "waiting for a question"
        self._interrupts.forget()
        count = len(self._questions.files)
        try:
            text = self._reader.read(f"({count} file{'s' if count > 1 else ''}) " if count else "")
        except KeyboardInterrupt:
            note("^D or /quit leaves", self._world)
            return True
        if text is None:
            return False
        return not text.strip() or self._attempt(partial(self._take, text))

    def _attempt(self, action: Callable[[], bool]) -> bool:
        """What the action says; whatever goes wrong with it is told, and is no end."""
        try:
            return action()
        except KeyboardInterrupt:
            note("stopped", self._world)
        except Failure as failure:
            if failure.status in ENDS:
                raise
            tell_failure(failure, self._world)
        return True

    def _take(self, text: str) -> bool:
        order = parse(text)
        if isinstance(order, str):
            return self._say(self._questions.of(order))
        self._interrupts.ready()
        if order.name == "quit":
            return False
        self._deeds.do(order)
        return True

    def _say(self, messages: Sequence[Mapping[str, Any]], instead: bool = False) -> bool:
        """Ask, and leave a blank line after the answer."""
        try:
            with self._modes.quiet():
                self._talk.unanswered = messages
                self._talk.ask(messages, instead=instead)
        except (InterruptFault, KeyboardInterrupt):
            note(f"stopped; {self._stopped(instead)}", self._world)
        os.write(STDOUT, b"\n")
        return True

    def _stopped(self, instead: bool) -> str:
        if self._talk.unanswered is None:
            return "what there is of the answer is kept"
        return "the answer before it stands" if instead else "/retry asks again"
