"""Whether to think, and how hard, where flag, environment, template, config file and built-in may say something."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from dsk.errors import UsageFault
from dsk.records import NamedTuple
from dsk.request.options import CONTRADICTION, contradicts


class Level(NamedTuple):
    """What one place says, and where it is: ``place`` gives the ``FILE:LINE`` of a key in a table of a file; it is None
    for what is in the environment or nowhere."""

    think: bool | None
    effort: str | None
    place: Callable[[str], str] | None = None


def settle_thinking(flags: Level, environment: Level, lower: Sequence[Level]) -> tuple[bool | None, str | None]:
    """The thinking switch and the effort. The highest level that names either decides whether to think; what
    contradicts it below is dropped.

    A table of a file may say how hard to think and to think only when asked. Every other contradiction
    within the level that decides is a ``UsageFault``.
    """
    levels = [flags, environment, *lower]
    for depth, level in enumerate(levels):
        think, effort = level.think, level.effort
        if think is None and effort is None:
            continue
        if think is not None and effort is not None and contradicts(think, effort):
            if think or level.place is None:
                raise UsageFault(_named(level, level is environment), CONTRADICTION, hint="leave one of them out")
            effort = None
        wanted = think if think is not None else effort != "none"
        if effort is None and wanted:
            below = (other.effort for other in levels[depth + 1 :])
            effort = next((other for other in below if other not in (None, "none")), None)
        return wanted, effort
    return None, None


def is_asked_for(fields: Mapping[str, Any]) -> bool:
    """Whether the body of a request asks the model to reason first."""
    thinking = fields.get("thinking")
    if thinking is not None:
        return isinstance(thinking, dict) and thinking.get("type") == "enabled"
    # As other servers have it: dsk.request.dialect.
    for name, switch in (("reasoning", "enabled"), ("chat_template_kwargs", "enable_thinking")):
        told = fields.get(name)
        if isinstance(told, dict) and switch in told:
            return told[switch] is True
    return fields.get("reasoning_effort") not in (None, "none")


def _named(level: Level, in_environment: bool) -> str:
    if in_environment:
        return f"DSK_THINK={int(bool(level.think))} and DSK_EFFORT={level.effort}"
    if level.place:
        return f'{level.place("effort")}: think = true and effort = "none"'
    return f"--{'think' if level.think else 'no-think'} and --effort {level.effort}"
