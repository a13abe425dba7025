"""When to begin no further record. Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dsk.errors import Status, UsageFault
from dsk.records import NamedTuple

if TYPE_CHECKING:
    from dsk.map.tally import Tally

#: Records that must have ended before a share of them says anything.
LEAST = 10
#: What is so for one record is so for all: a refused key, an empty account.
HOPELESS = {Status.KEY: "the key is refused or missing", Status.BALANCE: "the balance is used up"}


class Halting(NamedTuple):
    """Halt at so many failures, at such a share of failures (0 to 1), or when so many tokens are used up."""

    failures: int | None = None
    share: float | None = None
    tokens: int | None = None

    def reason(self, tally: Tally) -> str | None:
        """Why to halt now; None if there is no reason."""
        for status, why in HOPELESS.items():
            if tally.statuses[status]:
                return why
        if self.failures is not None and tally.failed >= self.failures:
            return f"{tally.failed} records failed (--halt)"
        if self.share is not None and tally.ended >= LEAST and tally.failed >= self.share * tally.ended:
            return f"{tally.failed} of {tally.ended} records failed (--halt)"
        if self.tokens is not None and tally.tokens() >= self.tokens:
            return f"{tally.tokens()} tokens are used up (--max-tokens-total)"
        return None


def parse_halt(text: str) -> tuple[int | None, float | None]:
    """The number and the share of failures in ``fail=N`` or ``fail=N%``; ``never`` is neither.

    Raises ``UsageFault`` for anything else.
    """
    if text == "never":
        return None, None
    number = text.removeprefix("fail=")
    try:
        if number.endswith("%"):
            share = float(number[:-1]) / 100
            if 0 < share <= 1:
                return None, share
        elif int(number) > 0:
            return int(number), None
    except ValueError:
        pass
    raise UsageFault(
        f"--halt must be fail=N, fail=N% or never, not {text!r}", hint="as in --halt fail=10 or --halt fail=5%"
    )
