"""The mishaps: what the endpoint does, and what is done to the process that asks. Pure."""

from __future__ import annotations

import signal
from typing import NamedTuple

from dsk.scripted.faults import parse_fault
from dsk.scripted.script import Reply, Script

ANSWER = "".join(f"This is sentence {number} of the answer. " for number in range(1, 31)).rstrip()
_HALF = ANSWER[: len(ANSWER) // 2]
#: Tokens before the connection breaks or falls silent.
_BREAK = 100
#: Tokens a second where something is done to the process meanwhile.
_PACE = 20.0
#: How much of the output the reader takes before it closes the pipe, in bytes.
HEAD = 20


class Mishap(NamedTuple):
    """One thing that goes wrong."""

    name: str
    script: Script
    #: Sent to the process when the answer has been flowing for a while.
    signal: signal.Signals | None = None
    #: Whether stdout goes through ``head``.
    head: bool = False


def _at_once(text: str, fault: str) -> Script:
    return Script(replies=(_reply(text),), faults=(parse_fault(fault),))


def _reply(text: str) -> Reply:
    # Not all of them ask for an answer without reasoning; the tokens that are counted are to be the answer's.
    return Reply(text, reasoning="")


_PACED = Script(replies=(_reply(ANSWER),), pace=_PACE)

MISHAPS = (
    # Once: who asks the server to go on is answered.
    Mishap("cut", _at_once(ANSWER, f"drop-after={_BREAK}x1")),
    Mishap("length", _at_once(_HALF, "finish=length")),
    Mishap("filter", _at_once(_HALF, "finish=content_filter")),
    Mishap("stall", _at_once(ANSWER, f"stall-after={_BREAK}x1")),
    Mishap("^C", _PACED, signal=signal.SIGINT),
    Mishap("head", _PACED, head=True),
    Mishap("kill -9", _PACED, signal=signal.SIGKILL),
)
