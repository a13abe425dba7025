"""What one run or one session cost, as an estimate by the table of prices."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import TYPE_CHECKING

from dsk.errors import UsageFault
from dsk.jobs.usage.counting import summed, tokens_of
from dsk.output.counts import paid_counts
from dsk.pricing.money import UNKNOWN, estimate
from dsk.state.config import load
from dsk.state.log.reading import reading
from dsk.state.log.spending import spendings
from dsk.state.paths import log_file
from dsk.state.prices import load_prices

if TYPE_CHECKING:
    from dsk.stream.answer import Answer


def session_cost(session: int, env: Mapping[str, str]) -> str:
    """What all runs of a session have cost, also those that were taken back; "" if there is no price for any.

    Raises ``LocalFault`` if the log cannot be used, ``UsageFault`` for a fault in the config file.
    """
    prices = load_prices(load(env))
    with reading(log_file(env)) as log:
        _, total = summed(spendings(log, session=session), lambda _: "", prices)
    return total.cost if total.costs else ""


def cost_of(
    answers: Sequence[Answer], asked: object, base_url: str, begun: float, env: Mapping[str, str]
) -> str | None:
    """``~0.0012 USD`` for all answers of a run, or ``unknown``: a price, or the tokens; None if no answer had begun.

    ``asked`` is the model of the requests, ``begun`` when the first of them went out, in seconds since the epoch.
    """
    counts = [paid_counts(one.usage, [event.fields() for event in one.resumed]) for one in answers if one.begun]
    if not counts:
        return None
    if any(one.prompt is None and one.completion is None for one in counts):
        return UNKNOWN
    try:
        prices = load_prices(load(env))
    except UsageFault:
        # The file has changed since it was read for this run.
        return UNKNOWN
    price = prices.find([answers[-1].model, asked if isinstance(asked, str) else None], base_url)
    if not price:
        return UNKNOWN
    cost = sum(price.cost(tokens_of(one), begun) for one in counts)
    return estimate({price.currency: Decimal(cost)})
