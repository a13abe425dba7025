"""Amounts of money, as estimates are written."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import ROUND_HALF_UP, Decimal

#: What stands for an amount that nobody knows, and for one beside others that are known.
UNKNOWN = "unknown"
MORE = "?"
# Digits after the first that is not 0, of what is less than 1; of the rest there are two after the point.
_DIGITS = 2


def estimate(amounts: Mapping[str, Decimal], *, has_unknown: bool = False) -> str:
    """Amounts by currency: ``~0.0012 USD``, ``~1.20 USD + ~3.40 CNY``; with ``has_unknown`` there is more, of which
    nobody knows how much: ``~1.20 USD + ?``, and ``unknown`` if that is all."""
    if has_unknown and not amounts:
        return UNKNOWN
    parts = [f"~{rounded(amount)} {currency}" for currency, amount in sorted(amounts.items())]
    return " + ".join([*parts, MORE] if has_unknown else parts)


def rounded(amount: Decimal) -> str:
    """An amount with as many digits as an estimate deserves."""
    if not amount:
        return "0"
    last = -_DIGITS if amount >= 1 else amount.adjusted() - _DIGITS + 1
    return f"{amount.quantize(Decimal(1).scaleb(last), ROUND_HALF_UP):f}"
