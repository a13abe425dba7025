"""The table of ``dsk usage``: what there is room for, short numbers, bars."""

from __future__ import annotations

import pytest

from dsk.output.usage_table import Line, bar, short, usage_table

DAYS = [
    Line("2026-11-24", 12, 1, 123_456, 100_000, 23_456, 45_678, 1234, "~0.0123 USD"),
    Line("2026-11-25", 3, 0, 400, 0, 400, 20, 0, "~0.00001 USD + ?"),
]
TOTAL = Line("total", 15, 1, 123_856, 100_000, 23_856, 45_698, 1234, "~0.012 USD + ?")


def test_in_a_pipe_all_columns_have_all_digits_and_no_bars() -> None:
    assert usage_table("day", DAYS, TOTAL, None).splitlines() == [
        "DAY         RUNS  FAILED  PROMPT     HIT   MISS  OUTPUT  REASONING  COST",
        "2026-11-24    12       1  123456  100000  23456   45678       1234  ~0.0123 USD",
        "2026-11-25     3       0     400       0    400      20          0  ~0.00001 USD + ?",
        "total         15       1  123856  100000  23856   45698       1234  ~0.012 USD + ?",
    ]


def test_80_columns_have_bars_and_short_numbers() -> None:
    assert usage_table("day", DAYS, TOTAL, 80).splitlines() == [
        "DAY         RUNS  FAILED  PROMPT   HIT  OUTPUT  COST",
        "2026-11-24    12       1    123k  100k   45.7k  ~0.0123 USD       ██████████████",
        "2026-11-25     3       0     400     0      20  ~0.00001 USD + ?  ▏",
        "total         15       1    124k  100k   45.7k  ~0.012 USD + ?",
    ]


def test_40_columns_have_what_matters_most() -> None:
    assert usage_table("day", DAYS, TOTAL, 40).splitlines() == [
        "DAY         OUTPUT  COST",
        "2026-11-24   45.7k  ~0.0123 USD",
        "2026-11-25      20  ~0.00001 USD + ?",
        "total        45.7k  ~0.012 USD + ?",
    ]


@pytest.mark.parametrize("width", [*range(1, 130), 1000])
def test_no_line_is_wider_than_the_terminal(width: int) -> None:
    lines = [*DAYS, DAYS[0]._replace(name="长" * 30)]
    for line in usage_table("session", lines, TOTAL, width).splitlines():
        assert len(line) + line.count("长") <= width


def test_a_terminal_that_does_not_know_its_size_has_all_columns() -> None:
    assert "REASONING" in usage_table("day", DAYS, TOTAL, 0)


def test_one_line_needs_no_total() -> None:
    assert len(usage_table("day", DAYS[:1], TOTAL, None).splitlines()) == 2


def test_runs_without_tokens_have_no_bars() -> None:
    nothing = Line("2026-11-24", 1, 1, 0, 0, 0, 0, 0, "")
    assert usage_table("day", [nothing], nothing, 200).splitlines()[1].split() == ["2026-11-24", *"1100000"]


@pytest.mark.parametrize(
    ("count", "text"),
    [
        (0, "0"),
        (9999, "9999"),
        (10_000, "10.0k"),
        (99_949, "99.9k"),
        (99_950, "100k"),
        (999_499, "999k"),
        (999_500, "1.00M"),
        (1_234_567, "1.23M"),
        (10**9, "1.00G"),
        (10**18, "1000P"),
    ],
)
def test_a_count_is_short(count: int, text: str) -> None:
    assert short(count) == text


def test_a_bar_is_as_long_as_its_part_and_shows_the_least() -> None:
    assert [bar(part, 80, 10) for part in (0, 1, 8, 12, 79, 80)] == ["", "▏", "█", "█▌", "█████████▉", "██████████"]
    assert bar(1, 10**9, 10) == "▏"
