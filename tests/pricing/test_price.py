"""What tokens cost, to the last digit, and how it is written."""

from __future__ import annotations

from decimal import Decimal

import pytest

from dsk.pricing.money import estimate, rounded
from dsk.pricing.price import Price, Tokens
from dsk.state.config import load
from dsk.state.prices import Prices, load_prices
from tests.pricing.test_hours import at

DEEPSEEK = "https://api.deepseek.com"
TOKENS = Tokens(prompt=3_000_000, cache_hit=1_000_000, completion=1_000_000)
NIGHT, MORNING = at("2026-11-25 00:59:59"), at("2026-11-25 01:00:00")


@pytest.fixture
def prices() -> Prices:
    """Those that come with dsk."""
    return load_prices(load({"HOME": "/nowhere"}))


def price(prices: Prices, *models: str | None, base_url: str = DEEPSEEK) -> Price:
    found = prices.find(models, base_url)
    assert found
    return found


def test_deepseeks_prices_by_the_hour(prices: Prices) -> None:
    flash, pro = price(prices, "deepseek-flash"), price(prices, "deepseek-v4-pro")
    assert [one.cost(TOKENS, when) for one in (flash, pro) for when in (NIGHT, MORNING)] == [
        Decimal("0.903"),
        Decimal("1.806"),
        Decimal("3.322"),
        Decimal("6.644"),
    ]
    assert (flash.currency, flash.as_of) == ("USD", "2026-11-15")


@pytest.mark.parametrize(
    ("clock", "is_peak"),
    [("05:59:59", False), ("06:00:00", True), ("09:59:59", True), ("10:00:00", False), ("03:59:59", True)],
)
def test_the_peak_of_a_day_has_two_parts(prices: Prices, clock: str, is_peak: bool) -> None:
    cost = price(prices, "deepseek-flash").cost(TOKENS, at(f"2026-11-25 {clock}"))
    assert cost == Decimal("1.806" if is_peak else "0.903")


def test_no_digit_is_lost_on_one_token(prices: Prices) -> None:
    flash = price(prices, "deepseek-flash")
    assert flash.cost(Tokens(1, 1, 0), NIGHT) == Decimal("0.000000003")
    assert flash.cost(Tokens(0, 0, 0), NIGHT) == 0


def test_more_cached_than_asked_is_paid_once(prices: Prices) -> None:
    assert price(prices, "deepseek-flash").cost(Tokens(1_000_000, 2_000_000, 0), NIGHT) == Decimal("0.003")


def test_other_names_and_the_name_that_was_asked_have_the_price(prices: Prices) -> None:
    flash = price(prices, "deepseek-flash")
    assert price(prices, "deepseek-v4-flash") == flash
    assert price(prices, None, "deepseek-flash") == flash
    assert price(prices, "a-name-nobody-knows", "deepseek-flash") == flash
    assert price(prices, "deepseek-flash", base_url=f"{DEEPSEEK}/v1") == flash


@pytest.mark.parametrize(
    "server", ["http://localhost:8080", "offline", "", "https://api.deepseek.com.evil", "http://["]
)
def test_deepseeks_price_is_nobody_elses(prices: Prices, server: str) -> None:
    assert prices.find(["deepseek-flash"], server) is None


def test_a_run_without_a_server_has_no_price_not_even_one_of_all_servers(prices: Prices) -> None:
    listed = {name: one._replace(price=one.price._replace(host=None)) for name, one in prices.listed.items()}
    assert Prices(listed).find(["deepseek-flash"], "http://localhost:8080")
    assert Prices(listed).find(["deepseek-flash"], "offline") is None


def test_an_unknown_model_has_no_price(prices: Prices) -> None:
    assert prices.find(["qwen3", None], DEEPSEEK) is None


@pytest.mark.parametrize(
    ("amount", "text"),
    [
        ("0", "0"),
        ("0.000000003", "0.0000000030"),
        ("0.0012345", "0.0012"),
        ("0.00995", "0.0100"),
        ("0.15", "0.15"),
        ("0.996", "1.00"),
        ("1.005", "1.01"),
        ("1234.5", "1234.50"),
    ],
)
def test_an_estimate_has_few_digits(amount: str, text: str) -> None:
    assert rounded(Decimal(amount)) == text


def test_currencies_are_not_added_up_and_the_unknown_is_never_nothing() -> None:
    amounts = {"USD": Decimal("0.0012"), "CNY": Decimal("3.4")}
    assert estimate(amounts) == "~3.40 CNY + ~0.0012 USD"
    assert estimate({"USD": Decimal("0.0012")}, has_unknown=True) == "~0.0012 USD + ?"
    assert estimate({}, has_unknown=True) == "unknown"
    assert estimate({}) == ""
