"""What /usage says: the tokens of the last answer, and of all that are part of the conversation. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from dsk.chat.memory import questions
from dsk.output.counts import Counts, token_counts

if TYPE_CHECKING:
    from dsk.chat.memory import Told

NAMES = Counts._fields
UNTOLD = "the server did not tell"


def usage_lines(turns: Sequence[Told]) -> list[str]:
    """A line for the last answer, and one for all of them."""
    if not turns:
        return ["nothing was said yet"]
    counts = [token_counts(turn.usage) for turn in turns]
    known = [[value for value in column if value is not None] for column in zip(*counts, strict=True)]
    sums = Counts(*(sum(column) if column else None for column in known))
    count = len(questions(turns))
    several = f"{count} turn{'' if count == 1 else 's'}"
    untold = "it was stopped before the server told" if turns[-1].is_stopped else UNTOLD
    return [f"last answer: {_text(counts[-1], untold)}", f"conversation, {several}: {_text(sums)}"]


def _text(counts: Counts, untold: str = UNTOLD) -> str:
    told = [f"{name.replace('_', ' ')} {value}" for name, value in zip(NAMES, counts, strict=True) if value is not None]
    return ", ".join(told) or untold
