"""Whether a call may run: the user says so, on the terminal or beforehand."""

from __future__ import annotations

import os
import select
import termios
from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, Final, Literal, TypeAlias

from dsk.errors import ClockFault, LocalFault, without_secrets
from dsk.output.sinks import write_out_all
from dsk.tools.showing import Shown, shown
from dsk.world import STDERR

if TYPE_CHECKING:
    from dsk.tools.calling import Call
    from dsk.world import World

Verdict: TypeAlias = Literal["yes", "no", "view", "always", "quit"]

#: Characters of a call that need not be asked about, as it is told.
LONGEST_TOLD = 500
# Seconds.
LONGEST_WAIT = 3600.0
READ_SIZE = 4096
ADVICE: Final = "dsk: say y, n, a or q\n"
ANSWERS: Final[dict[str, Verdict]] = {
    "y": "yes",
    "yes": "yes",
    "n": "no",
    "no": "no",
    "v": "view",
    "view": "view",
    "a": "always",
    "always": "always",
    "q": "quit",
    "quit": "quit",
}


def has_terminal() -> bool:
    """Whether there is somebody to ask."""
    terminal = _terminal()
    if terminal is None:
        return False
    os.close(terminal)
    return True


class Consent:
    """What may run. ``allowed`` are the names of tools whose calls need no question."""

    def __init__(self, allowed: Iterable[str], world: World) -> None:
        self._allowed = set(allowed)
        self._world = world

    def given(self, call: Call, say: Callable[[str], None], left: Callable[[], float]) -> bool:
        """Whether the call may run; it is told first. Raises ``LocalFault`` if the user wants nothing more of it.

        ``left`` gives the seconds that an answer is waited for, and raises if there are none any more.
        """
        name, told = call.tool.name, f"the model calls {call.tool.name} {call.arguments}"
        if name in self._allowed:
            say(told if len(told) <= LONGEST_TOLD else f"{told[:LONGEST_TOLD]}...")
            return True
        terminal = _terminal()
        if terminal is None:
            say(told)
            say(f"warning: {name} is not allowed and was not run: --allow-tool {name} lets it")
            return False
        try:
            call_shown = shown(name, without_secrets(call.arguments), *_size(terminal))
            if self._world.is_terminal(STDERR):
                say(call_shown.heading)
            else:
                say(told)
                _write(terminal, f"dsk: {call_shown.heading}\n")
            _write(terminal, call_shown.arguments)
            verdict = _verdict(call_shown, terminal, left)
        finally:
            os.close(terminal)
        if verdict == "quit":
            raise LocalFault(
                "the run is ended", f"the call of {name} was not wanted", hint="dsk log show has what there is of it"
            )
        if verdict == "always":
            self._allowed.add(name)
        return verdict != "no"


def _terminal() -> int | None:
    """The terminal, where it is ours to ask on: a job in the background has none."""
    try:
        terminal = os.open("/dev/tty", os.O_RDWR | os.O_NOCTTY | os.O_CLOEXEC)
    except OSError:
        return None
    if os.tcgetpgrp(terminal) == os.getpgrp():
        return terminal
    os.close(terminal)
    return None


def _size(terminal: int) -> tuple[int, int]:
    """Columns and rows; a terminal that does not know is an ordinary one."""
    columns, rows = os.get_terminal_size(terminal)
    return columns or 80, rows or 24


def _write(terminal: int, text: str) -> None:
    write_out_all(terminal, text.encode("utf-8", "replace"))


def _verdict(call: Shown, terminal: int, left: Callable[[], float]) -> Verdict:
    """What the user says. What is no answer, an empty line too, is asked again; the end of the input is a no to all.

    What was typed before the question stood there is no answer to it.
    """
    while True:
        termios.tcflush(terminal, termios.TCIFLUSH)
        _write(terminal, call.question)
        try:
            while not select.select([terminal], [], [], min(left(), LONGEST_WAIT))[0]:
                pass
            line = os.read(terminal, READ_SIZE)
        except (KeyboardInterrupt, ClockFault):
            # What the terminal shows of ^C stands behind the question.
            _write(terminal, "\n")
            raise
        if not line:
            _write(terminal, "\n")
            return "quit"
        answer = ANSWERS.get(line.decode("utf-8", "replace").strip().lower())
        if answer == "view":
            _write(terminal, call.whole or call.arguments)
        elif answer:
            return answer
        else:
            _write(terminal, ADVICE)
