"""A session that is gone on with: what was said in it, where the next turn goes, and what of it is worth knowing.

For ``ask``, which adds one turn, and for whatever holds a whole conversation. The log is read anew by ``read``; a
turn is written with the run that has its answer.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from dsk.errors import Status, UsageFault
from dsk.output.notes import note
from dsk.request.history import MAY_HAVE_RUN, NOT_CALLED, Said, conversation
from dsk.request.prefix import is_prefix, text_of_prefix, thought_of_prefix
from dsk.state.log.reading import changing, reading
from dsk.state.log.rows import NewTurn
from dsk.state.log.terminal import VARIABLE, terminal_of
from dsk.state.paths import log_file
from dsk.state.sessions.changing import branch, fork, rename, undo
from dsk.state.sessions.names import LIST_HINT, check_name, is_number, near_name
from dsk.state.sessions.reader import Line, Session, Turn, by_name, by_number, line, names, of_terminal

if TYPE_CHECKING:
    from dsk.state.log.reading import Log
    from dsk.world import World

FIRST = "ask something first"
EMPTY = Line((), ())


class Talk:
    """A session, or one that begins with its first turn; it becomes the last one of this terminal then."""

    def __init__(self, world: World, session: Session | None = None, *, name: str | None = None) -> None:
        """``session`` None: a new one, which will have this ``name``, if it is not None. Call ``read`` next."""
        self._world = world
        self._path = log_file(world.env)
        self._name = name
        self._number = session.id if session else None
        self.line = EMPTY
        #: The run of the turn that was written last; None while there is none.
        self.newest: int | None = None

    @property
    def title(self) -> str:
        """What the user knows it by."""
        return self._name or ("a new session" if self._number is None else f"session {self._number}")

    def cost(self) -> str:
        """What the session has cost so far, as an estimate; "" if nobody knows. Raises as ``read``."""
        if self._number is None:
            return ""
        from dsk.jobs.costing import session_cost

        return session_cost(self._number, self._world.env)

    @property
    def is_named(self) -> bool:
        """Whether it is kept wherever this process runs."""
        return self._name is not None or self._number is not None

    @property
    def last(self) -> Turn | None:
        """The last turn that has an answer."""
        return self.line.last

    @property
    def system(self) -> str | None:
        """The system message of the last turn."""
        return self.last.system if self.last else None

    def read(self) -> None:
        """Take in what the log has of it now. Raises ``LocalFault`` if the log cannot be read."""
        with reading(self._path) as log:
            session = self._find(log)
            self.line = line(log, session) if session else EMPTY

    def messages(
        self, system: str | None, new: Sequence[Mapping[str, Any]], *, with_reasoning: bool
    ) -> list[dict[str, Any]]:
        """The messages of a request in which the user says ``new`` after all that was said before."""
        return conversation(system, map(said, self.line.turns), new, with_reasoning=with_reasoning)

    def turn(self, system: str | None, new: Sequence[Mapping[str, Any]], *, instead: bool = False) -> NewTurn:
        """The same as the log has to know it, for ``Sending.turn``: the run that is sent with it is the next turn, or
        with ``instead`` one beside the last question."""
        before = self.line.before if instead else self.line.turns
        self.newest = None
        return NewTurn(
            messages=new,
            system=system,
            parent=before[-1].run.id if before else None,
            session=self._number,
            name=self._name,
            env=self._world.env,
            placed=self._placed,
        )

    def undo(self) -> Turn:
        """Take the last turn back, which is returned. Raises ``UsageFault`` if there is none."""
        with changing(self._path) as log:
            return undo(log, self._required(log))

    def branch(self, run: int) -> None:
        """Go on after another run of the session's tree. Raises ``UsageFault`` if it is not there."""
        with changing(self._path) as log:
            branch(log, self._required(log), run)

    def fork(self, *, name: str | None = None, at: int | None = None) -> Talk:
        """A new session with the same turns, up to the run ``at`` or all; this one stays as it is.

        Raises ``UsageFault`` if the run is not there, or the name is taken or none.
        """
        with changing(self._path) as log:
            made = fork(log, self._required(log), at=at, name=name, terminal=terminal_of(self._world.env))
        return Talk(self._world, made, name=made.name)

    def rename(self, name: str) -> None:
        """Give it a name. Raises ``UsageFault`` if it is taken or none."""
        with changing(self._path) as log:
            rename(log, self._required(log), name)
        self._name = name

    def warnings(self) -> list[str]:
        """What the user should know before going on."""
        found = []
        for run in self.line.left_out:
            if run.state == "running":
                found.append(f"{self.title}: run {run.id} is still under way, its answer is not part of what is sent")
            else:
                found.append(f"{self.title}: run {run.id} got no answer and is left out")
        if self.last and not self.last.run.is_whole:
            found.append(f"{self.title}: the last answer is not whole, and is sent as far as it came")
        return found

    def _find(self, log: Log) -> Session | None:
        if self._number is not None:
            return by_number(log, self._number)
        found = by_name(log, self._name) if self._name else None
        if found:
            self._number = found.id
        return found

    def _required(self, log: Log) -> Session:
        found = self._find(log)
        if not found:
            if self._number is None:
                raise UsageFault(f"{self.title} has no turn yet", hint=FIRST)
            raise UsageFault(f"{self.title} has gone", hint=LIST_HINT)
        return found

    def _placed(self, number: int, run: int) -> None:
        self._number, self.newest = number, run


def talk_of(title: str, world: World) -> Talk:
    """The session of this name, which may be a new one, or of this number. A new one is told if its name is much like
    that of another.

    Raises ``UsageFault`` if there is no such number, or the name can be none; ``LocalFault`` if the log cannot be
    read.
    """
    with reading(log_file(world.env)) as log:
        if is_number(title):
            found = by_number(log, int(title))
            if not found:
                raise UsageFault(f"there is no session {title}", hint=LIST_HINT)
            talk = Talk(world, found, name=found.name)
        else:
            check_name(title)
            session = by_name(log, title)
            talk = Talk(world, session, name=title)
            near = None if session else near_name(title, names(log))
            if near:
                note(f"new session {title} (did you mean {near}?)", world)
    talk.read()
    return talk


def talk_of_terminal(world: World) -> Talk | None:
    """The last session of this terminal; None if it has none. Raises ``UsageFault`` if there is no terminal."""
    with reading(log_file(world.env)) as log:
        found = session_of_terminal(log, world)
    if not found:
        return None
    talk = Talk(world, found, name=found.name)
    talk.read()
    return talk


def session_of_terminal(log: Log, world: World, example: str = "--session NAME") -> Session | None:
    """The last session of this terminal; None if it has none. Raises ``UsageFault`` if there is no terminal, and
    shows with ``example`` how a session is named instead."""
    terminal = terminal_of(world.env)
    if terminal is None:
        raise UsageFault(
            "this process has no terminal whose last session could be meant",
            hint=f"name a session: {example}; or set {VARIABLE}",
        )
    return of_terminal(log, terminal)


def said(turn: Turn) -> Said:
    """A turn as messages are made of it; a beginning that the request gave is part of the answer."""
    run = turn.run
    # A call that broke off has half its arguments: nothing can be sent of it.
    calls = json.loads(run.tool_calls) if run.tool_calls and run.is_whole else []
    given = {"messages": turn.messages}
    messages = [message for message in turn.messages if not is_prefix(message)]
    content, reasoning = text_of_prefix(given) + run.content, thought_of_prefix(given) + run.reasoning
    # A run that has come to its own end has either called nothing or given the results.
    missing = NOT_CALLED if run.status in (Status.OK, Status.FAILED) else MAY_HAVE_RUN
    return Said(messages, content, reasoning, calls, turn.results, missing)
