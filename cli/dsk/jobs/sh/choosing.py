"""What is to become of a proposed command: the question on the terminal, and its answer."""

from __future__ import annotations

import os
import termios
from typing import TYPE_CHECKING, Final, Literal, TypeAlias

from dsk.output.sinks import write_out_all
from dsk.world import STDERR, STDIN, STDOUT

if TYPE_CHECKING:
    from dsk.world import World

Choice: TypeAlias = Literal["run", "edit", "explain", "copy", "quit"]

READ_SIZE = 4096
QUESTION: Final = "dsk: (r)un it, (e)dit it, e(x)plain it, (c)opy it, or (q)uit? "
QUESTION_WITHOUT_RUN: Final = "dsk: (e)dit it, e(x)plain it, (c)opy it, or (q)uit? "
ADVICE: Final = "dsk: say r, e, x, c or q\n"
ADVICE_WITHOUT_RUN: Final = "dsk: say e, x, c or q\n"
ANSWERS: Final[dict[bytes, Choice]] = {
    b"r": "run",
    b"run": "run",
    b"y": "run",
    b"yes": "run",
    b"e": "edit",
    b"edit": "edit",
    b"x": "explain",
    b"explain": "explain",
    b"c": "copy",
    b"copy": "copy",
    b"q": "quit",
    b"quit": "quit",
    b"n": "quit",
    b"no": "quit",
}


def choose(world: World, *, may_run: bool) -> Choice:
    """What the user says. What is no answer, an empty line too, is asked again; the end of the input is a no.

    What was typed before the question stood there is no answer to it.
    """
    place = STDERR if world.is_terminal(STDERR) else STDOUT
    question = QUESTION if may_run else QUESTION_WITHOUT_RUN
    while True:
        termios.tcflush(STDIN, termios.TCIFLUSH)
        world.is_mid_line = False
        write_out_all(place, question.encode())
        try:
            line = os.read(STDIN, READ_SIZE)
        except KeyboardInterrupt:
            # What the terminal shows of ^C stands behind the question.
            write_out_all(place, b"\n")
            raise
        if not line:
            write_out_all(place, b"\n")
            return "quit"
        answer = ANSWERS.get(line.strip().lower())
        if answer and (may_run or answer != "run"):
            return answer
        write_out_all(place, (ADVICE if may_run else ADVICE_WITHOUT_RUN).encode())
