"""What one answer cost, as an estimate by the table of prices."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from dsk.errors import UsageFault
from dsk.jobs.usage_counting import tokens_of
from dsk.output.counts import paid_counts
from dsk.pricing.money import UNKNOWN, estimate
from dsk.state.config import load
from dsk.state.prices import load_prices

if TYPE_CHECKING:
    from dsk.stream.answer import Answer


def cost_of(answer: Answer, asked: object, base_url: str, begun: float, env: Mapping[str, str]) -> str | None:
    """``~0.0012 USD``, or ``unknown``: the price, or the tokens; None if no answer had begun. ``asked`` is the model
    of the request, ``begun`` when that went out, in seconds since the epoch."""
    if not answer.begun:
        return None
    counts = paid_counts(answer.usage, [event._asdict() for event in answer.resumed])
    if counts.prompt is None and counts.completion is None:
        return UNKNOWN
    try:
        prices = load_prices(load(env))
    except UsageFault:
        # The file has changed since it was read for this run.
        return UNKNOWN
    price = prices.find([answer.model, asked if isinstance(asked, str) else None], base_url)
    return estimate({price.currency: price.cost(tokens_of(counts), begun)}) if price else UNKNOWN
