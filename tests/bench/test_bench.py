"""The benchmark measures what it says, and says it in a table. No test here looks at how fast anything is."""

from __future__ import annotations

import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.bench import crowd, frames, table
from tests.bench.budgets import Budget, Kind
from tests.bench.lab import QUICK, ROUND_TRIP_MS, Lab, open_lab
from tests.bench.measure import Measure, Outcome, Sample, take
from tests.bench.measures.commands import BARE, COMMANDS
from tests.bench.plan import Plan, parse_path, stamp, stamps
from tests.bench.process import RunError
from tests.bench.roster import CURL, NAIVE

needs_curl = pytest.mark.skipif(not shutil.which("curl"), reason="curl is not installed")


@pytest.fixture(scope="module")
def lab() -> Iterator[Lab]:
    with open_lab(QUICK) as opened:
        yield opened


def cells(line: str) -> list[str]:
    return [cell.strip() for cell in line.replace("\\|", "/").strip("|").split("|")]


def test_the_quickest_measure_prints_a_head_the_budgets_and_its_table() -> None:
    command = (sys.executable, "-m", "tests.bench", "--quick", "--only", "commands", "--rounds", "1")
    root = Path(__file__).parents[2]
    done = subprocess.run(command, cwd=root, capture_output=True, text=True, check=True, timeout=50)
    lines = done.stdout.splitlines()
    assert [line.partition(":")[0] for line in lines if line.startswith("- ")] == [
        *("- date", "- machine", "- load before", "- python", "- versions", "- rounds"),
    ]
    rows = [cells(line) for line in lines if line.startswith("| ") and "---" not in line]
    budgets, medians = rows[: len(COMMANDS) + 1], rows[len(COMMANDS) + 1 :]
    assert budgets[0] == ["measure", "what", "measured", "budget", "stretch", "verdict"]
    assert [row[1] for row in budgets[1:]] == [f"{entry} / {BARE}, ms" for entry in COMMANDS]
    assert [row[0] for row in medians] == ["commands", BARE, *COMMANDS]
    assert all(float(row[1].replace(",", "")) > 0 for row in medians[1:])


@needs_curl
def test_an_answer_at_full_speed_arrives_whole(lab: Lab) -> None:
    tokens = frames.BLOCK + 7
    asked = lab.ask(CURL, lab.plan(tokens))
    assert asked.run.output == frames.opening() + frames.tokens(frames.BLOCK) + frames.tokens(7) + frames.ending(tokens)
    assert asked.run.started < asked.received < asked.run.ended


def test_a_paced_answer_bears_the_times_of_its_writes(lab: Lab) -> None:
    asked = lab.ask(NAIVE, lab.plan(20, rate=1000, burst=5))
    times = stamps(asked.run.output)
    assert len(times) == 20
    assert len(set(times)) == 4
    assert times == sorted(times)
    assert asked.run.started < times[0] < times[-1] < asked.run.ended


@needs_curl
def test_the_way_over_tls_costs_three_round_trips(lab: Lab) -> None:
    asked = lab.ask(CURL, lab.plan(1, rate=1000), tls=True)
    assert asked.run.ended - asked.run.started > 3 * ROUND_TRIP_MS * 1e6


@needs_curl
def test_an_answer_that_is_not_the_planned_one_is_no_sample(lab: Lab) -> None:
    plan = lab.plan(5)
    refused = ("sh", "-c", '"$@" | head -c 100', "sh")
    with pytest.raises(RunError, match=r"curl -N printed 100 bytes of \d+"):
        lab.ask(CURL, plan, wrapper=refused)


@pytest.mark.parametrize("name", crowd.MAPPERS)
def test_many_records_are_asked_and_answered_in_order(lab: Lab, name: str) -> None:
    if how := crowd.missing(lab, name):
        pytest.skip(how)
    run = crowd.ask(lab, name, 5, 1, think=0.01)
    assert run.output == b"".join(b"record %d\n" % number for number in range(5))
    assert run.ended - run.started > 5 * 0.01 * 1e9


def test_records_that_are_not_all_answered_are_no_sample(lab: Lab) -> None:
    with pytest.raises(RunError, match="dsk map printed 2 lines that are not the 3 answers"):
        crowd.ask(lab, crowd.DSK_MAP, 3, 1, wrapper=("sh", "-c", '"$@" | head -n 2', "sh"))


def test_a_program_that_fails_is_named_with_its_last_words(lab: Lab) -> None:
    with pytest.raises(RunError, match="sh ended with 3: second"):
        lab.run(("sh", "-c", "echo first >&2; echo second >&2; exit 3"))


def test_peak_memory_is_not_that_of_the_benchmark(lab: Lab) -> None:
    ballast = bytearray(200_000_000)
    assert 10 < lab.peak_memory(NAIVE, lab.plan(5)) < 150
    del ballast


def test_a_plan_is_found_in_the_path_of_a_request() -> None:
    plan = Plan(7, 100, 50, 2, 300)
    assert parse_path(f"{plan.path()}/chat/completions") == plan


def test_a_path_without_a_plan_is_refused() -> None:
    with pytest.raises(ValueError, match="no plan"):
        parse_path("/chat/completions")


def test_stamps_are_found_in_text_and_in_frames() -> None:
    assert stamps(stamp(5) + stamp(12)) == [5, 12]
    assert stamps(frames.token(stamp(5).decode())) == [5]


def test_the_missing_and_the_failing_keep_their_rows(lab: Lab) -> None:
    def sample(_lab: Lab, entry: str) -> Sample:
        if entry == "broken":
            raise RunError("it broke")
        return {"ms": 2.0, "MB": 12345.6}

    measure = Measure(
        "m", "Title", ("good", "broken", "absent"), sample, lambda _lab, entry: "get it" if entry == "absent" else None
    )
    rows = table.measure_table(take(measure, lab, 2)).splitlines()
    assert rows[0] == "### Title (`m`, medians of 2 rounds)"
    assert [cells(row) for row in rows[2:] if "---" not in row] == [
        ["m", "ms", "MB"],
        ["good", "2", "12,346"],
        ["broken", "failed: it broke", ""],
        ["absent", "not installed (get it)", ""],
    ]


def test_a_measure_may_have_enough_of_fewer_rounds(lab: Lab) -> None:
    measure = Measure("m", "Title", ("a",), lambda _lab, _entry: {"ms": 1.0}, enough=2)
    assert [len(take(measure, lab, rounds).samples["a"]) for rounds in (1, 2, 3)] == [1, 2, 2]


def test_the_median_of_the_rounds_counts() -> None:
    measure = Measure("m", "Title", ("a",), lambda _lab, _entry: {})
    outcome = Outcome(measure, {"a": [{"ms": 9.0}, {"ms": 1.0}, {"ms": 2.0}]}, {})
    assert outcome.median("a", "ms") == 2
    assert outcome.median("b", "ms") is None


@pytest.mark.parametrize(
    ("kind", "ours", "limits", "measured", "verdict"),
    [
        (Kind.AT_MOST, 4.0, (1, 0.5), 0.4, "stretch met"),
        (Kind.AT_MOST, 8.0, (1, 0.5), 0.8, "met"),
        (Kind.AT_MOST, 20.0, (1, 0.5), 2.0, "**not met**"),
        (Kind.AT_LEAST, 8.0, (1, 2), 0.8, "**not met**"),
        (Kind.AT_LEAST, 12.0, (1, 2), 1.2, "met"),
        (Kind.AT_LEAST, 12.0, (None, 2), 1.2, "stretch not met"),
        (Kind.MORE_BY, 10.25, (1, 0.5), 0.25, "stretch met"),
        (Kind.VALUE, 0.75, (1, None), 0.75, "met"),
    ],
)
def test_a_budget_is_held_against_the_reference(
    kind: Kind, ours: float, limits: tuple[float | None, float | None], measured: float, verdict: str
) -> None:
    measure = Measure("m", "Title", ("a", "b"), lambda _lab, _entry: {})
    outcome = Outcome(measure, {"a": [{"ms": ours}], "b": [{"ms": 10.0}]}, {})
    budget = Budget("m", "a", "ms", kind, "b", *limits)
    assert budget.measured({"m": outcome}) == pytest.approx(measured)
    assert budget.verdict(measured) == verdict


def test_a_budget_without_its_reference_is_not_judged() -> None:
    measure = Measure("m", "Title", ("a", "b"), lambda _lab, _entry: {})
    outcome = Outcome(measure, {"a": [{"ms": 1.0}]}, {"b": "not installed"})
    assert Budget("m", "a", "ms", Kind.AT_MOST, "b", 1.0, 0.5).measured({"m": outcome}) is None
