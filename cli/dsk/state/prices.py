"""The table of prices: that of DeepSeek's own models comes with dsk, the config file has others and goes first."""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from dsk.errors import UsageFault
from dsk.pricing.hours import parse_hours
from dsk.pricing.price import Price, Rates
from dsk.records import NamedTuple
from dsk.state import rules
from dsk.state.price_rules import NEEDED, PEAK, PEAK_RATES, PRICE, RATES, hours_fault
from dsk.state.toml_file import Places, parse_toml, read_toml

if TYPE_CHECKING:
    from dsk.state.config import Config

#: The prices that come with dsk.
SHIPPED = f"{os.path.dirname(os.path.dirname(os.path.abspath(__file__)))}/prices.toml"  # noqa: PTH100, PTH120


class Listed(NamedTuple):
    """A price in the table; ``fields`` are as TOML has them, ``origin`` is ``FILE:LINE``, "" for one that came with
    dsk."""

    price: Price
    fields: Mapping[str, Any]
    origin: str


class Prices:
    """The prices in use, by the name of the model."""

    def __init__(self, listed: Mapping[str, Listed]) -> None:
        self.listed = listed
        self._names: dict[str, Listed] = {}
        for found in listed.values():
            for name in found.price.also:
                self._names.setdefault(name, found)
        self._names |= listed

    def find(self, models: Iterable[str | None], base_url: str) -> Price | None:
        """The price of the first of these names that has one at this server; None if nobody knows, or if ``base_url``
        is none, since then nobody is paid."""
        server = _host(base_url)
        if server is None:
            return None
        for model in models:
            found = self._names.get(model or "")
            if found and found.price.host in (None, server):
                return found.price
        return None

    @property
    def currencies(self) -> list[str]:
        """The currencies of all prices, in their order."""
        return sorted({found.price.currency for found in self.listed.values()})


def load_prices(config: Config) -> Prices:
    """The table that comes with dsk, with that of the config file, which is checked, laid over it."""
    data = read_toml(SHIPPED)
    assert data is not None
    places, tree = parse_toml(SHIPPED, data)
    check_prices(places, tree["prices"])
    listed = {name: Listed(_price(fields), fields, "") for name, fields in tree["prices"].items()}
    own = {name: Listed(_price(fields), fields, config.place("prices", name)) for name, fields in config.prices.items()}
    return Prices(listed | own)


def check_prices(places: Places, table: Mapping[str, Any]) -> None:
    """Raises ``UsageFault`` with file and line for whatever is wrong in [prices]."""
    for model, fields in table.items():
        path = ("prices", model)
        if not isinstance(fields, dict):
            raise UsageFault(
                f"{places.at(*path)}: prices.{model} must be {rules.TABLE.expected}",
                hint=f'a price is a table: [prices."{model}"]',
            )
        for field, value in fields.items():
            rule = PRICE.get(field)
            if rule is None:
                raise UsageFault(
                    f"{places.at(*path, field)}: unknown key {field!r} in [prices.{model}]", hint=_advice(field)
                )
            if not rule.holds(value):
                why = hours_fault(value) if field == "peak_hours" else ""
                from dsk.state.toml_advice import about_value

                what = f"{places.at(*path, field)}: {field} must be {rule.expected}"
                raise UsageFault(what, why, hint=about_value(*path, field))
        needed = (*NEEDED, *PEAK) if any(field in fields for field in PEAK) else NEEDED
        missing = next((field for field in needed if field not in fields), None)
        if missing:
            raise UsageFault(
                f"{places.at(*path)}: [prices.{model}] has no {missing}",
                hint="dsk usage --prices prints whole ones to begin with",
            )


def _advice(field: str) -> str:
    from difflib import get_close_matches

    near = get_close_matches(field, PRICE, n=1)
    return f"did you mean {near[0]}?" if near else f"the keys are {', '.join(PRICE)}"


def _price(fields: Mapping[str, Any]) -> Price:
    has_peak = "peak_hours" in fields
    return Price(
        currency=fields["currency"],
        as_of=fields["as_of"].isoformat(),
        rates=_rates(fields, RATES),
        peak=_rates(fields, PEAK_RATES) if has_peak else None,
        peak_hours=[hours for text in fields.get("peak_hours", ()) if (hours := parse_hours(text))],
        host=fields.get("host"),
        also=fields.get("also", ()),
    )


def _rates(fields: Mapping[str, Any], names: Iterable[str]) -> Rates:
    # The text of a number is what was written in the file; its binary value is not.
    return Rates(*(Decimal(str(fields[name])) for name in names))


def _host(base_url: str) -> str | None:
    from urllib.parse import urlsplit

    try:
        return urlsplit(base_url).hostname
    except ValueError:
        return None
