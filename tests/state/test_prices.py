"""[prices] in the config file: laid over those that come with dsk, and checked."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path

import pytest

from dsk.errors import UsageFault
from dsk.pricing.price import Tokens
from dsk.state.config import load
from dsk.state.prices import Prices, load_prices

GOOD = {"currency": '"CNY"', "as_of": "2026-01-02", "cache_hit": "0.1", "cache_miss": "1", "output": "0.30"}
PEAK = {"peak_cache_hit": "0.2", "peak_cache_miss": "2", "peak_output": "4", "peak_hours": '["Mon 00:00-24:00"]'}


def loaded(home: Path, text: str) -> Prices:
    path = home / ".config" / "dsk" / "config.toml"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)
    return load_prices(load({"HOME": str(home)}))


def table(fields: dict[str, str], name: str = "qwen3") -> str:
    return "\n".join([f'[prices."{name}"]', *(f"{key} = {value}" for key, value in fields.items()), ""])


def test_a_price_of_the_file_is_one_more(tmp_path: Path) -> None:
    prices = loaded(tmp_path, table(GOOD | PEAK))
    assert list(prices.listed) == ["deepseek-flash", "deepseek-v4-pro", "qwen3"]
    assert prices.listed["qwen3"].origin == f"{tmp_path}/.config/dsk/config.toml:1"
    assert prices.currencies == ["CNY", "USD"]
    price = prices.find(["qwen3"], "http://localhost:8080")
    assert price
    assert price.cost(Tokens(0, 0, 1_000_000), 0.0) == Decimal("0.3"), (
        "the number that is written, not its binary value"
    )


def test_one_of_the_same_name_takes_the_place_of_the_other(tmp_path: Path) -> None:
    prices = loaded(tmp_path, table(GOOD, "deepseek-flash") + table(GOOD | {"also": '["deepseek-v4-pro"]'}))
    found = prices.find(["deepseek-flash"], "http://localhost")
    assert found
    assert (found.currency, found.peak, found.host) == ("CNY", None, None)
    assert prices.find(["deepseek-v4-flash"], "https://api.deepseek.com") is None
    pro = prices.find(["deepseek-v4-pro"], "https://api.deepseek.com")
    assert pro
    assert pro.currency == "USD", "a name goes before another one's other name"


@pytest.mark.parametrize(
    ("fields", "line", "said"),
    [
        ({"cach_hit": "1"}, 7, "unknown key 'cach_hit' in [prices.qwen3]"),
        ({"output": '"1"'}, 6, "output must be 0 or a number from 0.000000001 to 1000000000"),
        ({"output": "-0.1"}, 6, "output must be 0 or a number from 0.000000001 to 1000000000"),
        ({"output": "inf"}, 6, "output must be 0 or a number from 0.000000001 to 1000000000"),
        ({"output": "true"}, 6, "output must be 0 or a number from 0.000000001 to 1000000000"),
        ({"currency": '"dollars"'}, 2, "currency must be three capital letters"),
        ({"as_of": '"2026-11-15"'}, 3, "as_of must be the date on which the price was true"),
        ({"as_of": "2026-11-15T10:00:00"}, 3, "as_of must be the date on which the price was true"),
        ({"host": "3"}, 7, "host must be a name"),
        ({"also": '"x"'}, 7, "also must be a list of names"),
        (PEAK | {"peak_hours": '["Mon-Fri"]'}, 10, "peak_hours must be a list of hours in UTC"),
        ({"peak_output": "1"}, 1, "[prices.qwen3] has no peak_cache_hit"),
    ],
)
def test_a_fault_has_its_file_and_line(tmp_path: Path, fields: dict[str, str], line: int, said: str) -> None:
    with pytest.raises(UsageFault) as fault:
        loaded(tmp_path, table(GOOD | fields))
    assert fault.value.what.startswith(f"{tmp_path}/.config/dsk/config.toml:{line}: {said}")


def test_of_hours_the_wrong_entry_is_told(tmp_path: Path) -> None:
    with pytest.raises(UsageFault) as fault:
        loaded(tmp_path, table(GOOD | PEAK | {"peak_hours": '["Sun 22:00-24:00", "Mon 22:00-02:00"]'}))
    assert fault.value.why == "entry 2: it goes past midnight: give the hours of each day an entry"


def test_what_is_missing_is_named(tmp_path: Path) -> None:
    for field in GOOD:
        with pytest.raises(UsageFault, match=rf"config\.toml:1: \[prices\.qwen3\] has no {field}"):
            loaded(tmp_path, table({key: value for key, value in GOOD.items() if key != field}))


def test_a_price_that_is_no_table(tmp_path: Path) -> None:
    with pytest.raises(UsageFault, match=r"config\.toml:2: prices\.output must be a table"):
        loaded(tmp_path, "[prices]\noutput = 1\n")
    with pytest.raises(UsageFault, match=r"config\.toml:1: prices must be a table"):
        loaded(tmp_path, "prices = 1\n")


@pytest.mark.parametrize("price", ["1e308", "1e-320", "1000000001", "1e-10", "inf"])
def test_what_can_be_no_price_in_any_currency_is_a_fault(tmp_path: Path, price: str) -> None:
    with pytest.raises(UsageFault, match=r"config\.toml:6: output must be 0 or a number from"):
        loaded(tmp_path, table(GOOD | {"output": price}))
    for fair in ("0", "0.0", "1e9", "1000000000", "1e-9"):
        assert loaded(tmp_path, table(GOOD | {"output": fair})).find(["qwen3"], "http://localhost")
