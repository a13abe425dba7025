"""Points in time on the command line: a date, or how long ago."""

from __future__ import annotations

import re
import time
from typing import Any

import click

UNITS = {"s": 1, "m": 60, "h": 3600, "d": 86400, "w": 7 * 86400}


class Moment(click.ParamType[float]):
    """A point in time as seconds since the epoch: ``30d`` is so long ago, ``2026-11-25`` and ``2026-11-25 14:30``
    are local time unless they name a zone."""

    name = "when"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> float:
        """The point in time that the text means."""
        ago = re.fullmatch(r"([0-9]{1,10})([smhdw])", value)
        if ago:
            return time.time() - int(ago[1]) * UNITS[ago[2]]
        from datetime import datetime

        try:
            # The letter for UTC is known from Python 3.11 on.
            return datetime.fromisoformat(re.sub("[zZ]$", "+00:00", value)).timestamp()
        except (ValueError, OverflowError, OSError):
            self.fail(f"{value!r} is neither an age such as 30d nor a date such as 2026-11-25.", param, ctx)
