"""What to do about frames that are no whole answer, where they are read from files: no server can be asked again."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dsk.errors import Status
from dsk.stream.events import Malformed

if TYPE_CHECKING:
    from dsk.ending import Ending
    from dsk.stream.answer import Answer


FRAMES = "what dsk ask --raw, dsk send --raw or curl -N writes"


def advise(ending: Ending, wanted: str = FRAMES) -> None:
    """Give the failure of a broken stream the next step that fits its input; ``wanted`` is what that is to be."""
    failure = ending.failure
    if failure and failure.status is Status.BROKEN and failure.hint.startswith("run it again"):
        failure.hint = _next_step(ending.answer, wanted)


def _next_step(answer: Answer, wanted: str) -> str:
    if not answer.begun:
        return "what was to write the frames has failed: see its message; ${PIPESTATUS[*]} has the stages of a pipe"
    if isinstance(answer.break_off, Malformed) and answer.break_off.number <= 1:
        return f"the input is to be {wanted}"
    if isinstance(answer.break_off, Malformed):
        return "what follows it is not read: ask again for a whole answer"
    return "the input holds no more: ask again for a whole answer"
