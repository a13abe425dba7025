"""Numbers of runs on the command line."""

from __future__ import annotations

from typing import Any

import click

from dsk.errors import UsageFault


class RunNumber(click.ParamType[int]):
    """The number of a run, ``least`` or more; ``shown`` tells where the user finds it."""

    name = "run"

    def __init__(self, shown: str, least: int | None = None) -> None:
        self._shown = shown
        self._least = least

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> int:  # noqa: ARG002
        """The number that the text is. Raises ``UsageFault``, which names an option by its name."""
        try:
            number = int(value)
        except ValueError:
            number = None
        if number is None or (self._least is not None and number < self._least):
            called = f"{param.opts[0]} {value}" if isinstance(param, click.Option) else repr(value)
            raise UsageFault(f"{called} is not the number of a run", hint=self._shown)
        return number
