"""What the command line says about the request. None, empty or False: not asked for, so not sent."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from dsk.errors import UsageFault
from dsk.records import NamedTuple

CONTRADICTION = "one asks for thinking, the other for none"


class Ways(NamedTuple):
    """What a server other than DeepSeek's calls things: the way to tell it whether to think (``request.dialect``), its
    greatest effort, the field of the token limit; and whether token counts have to be asked for."""

    thinking: str
    max_effort: str
    max_tokens: str
    include_usage: bool


class RequestOptions(NamedTuple):
    """The body options of ``ask``, as their flags are named. ``functions`` are tools as the body describes them;
    ``ways`` are the server's, None: as DeepSeek's."""

    model: str | None = None
    think: bool | None = None
    effort: str | None = None
    temperature: float | None = None
    top_p: float | None = None
    max_tokens: int | None = None
    prefix: str | None = None
    reasoning_prefix: str | None = None
    stop: tuple[str, ...] = ()
    json_mode: bool = False
    schema: str | None = None
    logprobs: int | None = None
    user_id: str | None = None
    set: tuple[str, ...] = ()
    functions: tuple[Mapping[str, Any], ...] = ()
    stream: bool = True
    ways: Ways | None = None


def wants_thinking(options: RequestOptions) -> bool | None:
    """The thinking switch: an effort asks for it (``none`` for its opposite) where --think says nothing.

    Raises ``UsageFault`` if the two contradict each other.
    """
    think, effort = options.think, options.effort
    if effort is None or think is None:
        return think if effort is None else effort != "none"
    if contradicts(think, effort):
        raise UsageFault(
            f"--{'think' if think else 'no-think'} and --effort {effort}", CONTRADICTION, hint="leave one of them out"
        )
    return think


def contradicts(think: bool, effort: str) -> bool:
    """Whether one asks for thinking and the other for none."""
    return think is (effort == "none")
