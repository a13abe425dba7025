"""What was said in a conversation: as the log keeps it, or in memory alone where it is kept nowhere."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import TYPE_CHECKING, Any

from dsk.errors import LocalFault, Status, UsageFault
from dsk.jobs.talk import FIRST, said
from dsk.records import NamedTuple
from dsk.request.history import Said
from dsk.state.log.prompts import are_results, last_question

if TYPE_CHECKING:
    from dsk.jobs.talk import Talk
    from dsk.state.log.rows import NewTurn
    from dsk.state.sessions.reader import Turn

Messages = Sequence[Mapping[str, Any]]


class Told(NamedTuple):
    """A turn that has an answer, be it a part of one; ``usage`` is the server's object. ``is_stopped``: by ^C."""

    said: Said
    system: str | None
    usage: dict[str, Any] | None
    is_whole: bool
    is_stopped: bool

    @property
    def has_results(self) -> bool:
        """Whether tools have given their results in it, and the user says nothing."""
        return are_results(self.said.messages)


def questions(turns: Sequence[Told]) -> list[Told]:
    """Those in which the user says something: in the others tools have given their results."""
    return [turn for turn in turns if not turn.has_results]


def before_last(turns: Sequence[Told]) -> Sequence[Told]:
    """The turns before the last question."""
    return turns[: last_question([turn.said.messages for turn in turns])]


class Unkept:
    """A conversation that is gone with the process."""

    title = "this conversation, which is not kept"

    def __init__(self, turns: Sequence[Told] = ()) -> None:
        self.turns = list(turns)

    def place(self, system: str | None, new: Messages, *, instead: bool) -> Callable[[], NewTurn] | None:  # noqa: ARG002
        """The place of the next turn in the log: none."""
        return None

    def take(self, told: Told | None, *, instead: bool) -> None:
        """A turn has come to its end, and has an answer or not; with ``instead`` it is one in the place of the last."""
        if told:
            self.turns = [*(before_last(self.turns) if instead else self.turns), told]

    def undo(self) -> Told:
        """Take the last question and its answer back; the turn of it. Raises ``UsageFault`` if there is none."""
        if not self.turns:
            raise UsageFault("nothing was said that could be taken back", hint=FIRST)
        before = before_last(self.turns)
        turn, self.turns = self.turns[len(before)], list(before)
        return turn

    def cost(self) -> str:
        """Of what is not kept nobody knows."""
        return ""

    def rename(self, name: str) -> None:
        """Raises ``UsageFault``."""
        raise UsageFault(
            f"this conversation cannot be called {name}", "it is not kept", hint="/save FILE writes it down"
        )


class Kept:
    """A session of the log."""

    def __init__(self, talk: Talk) -> None:
        self.talk = talk

    @property
    def title(self) -> str:
        """What the user knows it by."""
        return self.talk.title

    @property
    def turns(self) -> list[Told]:
        """Those that have an answer, as they were read last."""
        return list(map(_told, self.talk.line.turns))

    def place(self, system: str | None, new: Messages, *, instead: bool) -> Callable[[], NewTurn]:
        """The place of the next turn in the log; with ``instead`` it is one beside the last."""
        return partial(self.talk.turn, system, new, instead=instead)

    def take(self, told: Told | None, *, instead: bool) -> None:
        """A turn has come to its end, and has an answer or not; with ``instead`` it is one in the place of the last,
        which without an answer is the last again.

        Raises ``LocalFault`` if the log does not have it.
        """
        own, before = self.talk.newest, self.talk.last
        self.talk.read()
        if told:
            if own is not None and own not in self._runs():
                # Another process has gone on elsewhere in this session: each goes on with what its user sees.
                self._go_to(own)
            if own is None or self.talk.last is None or self.talk.last.run.content != told.said.content:
                raise LocalFault("the log does not have the last answer")
        elif instead and before:
            self._go_to(before.run.id)

    def undo(self) -> Told:
        """Take the last question and its answer back; the turn of it. Raises ``UsageFault`` if there is none."""
        if not self.talk.last:
            raise UsageFault("nothing was said that could be taken back", hint=FIRST)
        turn = self.talk.undo()
        self.talk.read()
        return _told(turn)

    def cost(self) -> str:
        """What all of it cost, as an estimate, also what was taken back; "" if nobody knows."""
        return self.talk.cost()

    def rename(self, name: str) -> None:
        """Give it a name. Raises ``UsageFault`` if it has no turn yet, or the name is taken or none."""
        self.talk.rename(name)

    def _runs(self) -> set[int]:
        return {turn.run.id for turn in self.talk.line.turns}

    def _go_to(self, run: int) -> None:
        self.talk.branch(run)
        self.talk.read()


def _told(turn: Turn) -> Told:
    usage = turn.run.usage
    is_stopped = turn.run.status == Status.INTERRUPTED
    return Told(said(turn), turn.system, json.loads(usage) if usage else None, turn.run.is_whole, is_stopped)
