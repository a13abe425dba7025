"""How a run ended: the answer so far, what went wrong if anything did, and the times.

Made by the exchange (or by decode, without times), read by the output room and by ``main``.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from dsk.records import NamedTuple

if TYPE_CHECKING:
    from dsk.errors import Failure
    from dsk.stream.answer import Answer


class Timing(NamedTuple):
    """Seconds since the request was begun; None where nothing was timed or never came."""

    first_token: float | None
    total: float | None


class Turn(NamedTuple):
    """An answer that another question of the same run has followed, and the messages that the latter has after it."""

    answer: Answer
    said: Sequence[Mapping[str, Any]]


class Ending(NamedTuple):
    """The end of one question, or of a run in which ``earlier`` ones led to it. ``is_cached``: no server was asked, all
    answers are ones that were kept."""

    answer: Answer
    failure: Failure | None
    timing: Timing
    http_status: int | None
    earlier: Sequence[Turn] = ()
    is_cached: bool = False

    @property
    def usage(self) -> dict[str, Any] | None:
        """The token counts of all answers together, under the server's names."""
        if not self.earlier:
            return self.answer.usage
        from dsk.stream.usage import total

        found: dict[str, Any] | None = None
        for answer in self.answers:
            found = total(found, answer.usage) if answer.usage else found
        return found

    @property
    def answers(self) -> list[Answer]:
        """All answers of the run, this one last."""
        return [*(turn.answer for turn in self.earlier), self.answer]
