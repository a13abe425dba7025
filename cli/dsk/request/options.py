"""What the command line says about the request. None, empty or False: not asked for, so not sent."""

from __future__ import annotations

from typing import NamedTuple


class RequestOptions(NamedTuple):
    """The body options of ``ask``, as their flags are named."""

    model: str | None = None
    think: bool | None = None
    effort: str | None = None
    temperature: float | None = None
    top_p: float | None = None
    max_tokens: int | None = None
    stop: tuple[str, ...] = ()
    json_mode: bool = False
    logprobs: int | None = None
    user_id: str | None = None
    set: tuple[str, ...] = ()
    stream: bool = True
