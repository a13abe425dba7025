"""``dsk usage`` and ``-w '%{cost}'`` as whole processes: what the log says was used up, and what that cost."""

from __future__ import annotations

import csv
import json
from collections.abc import Callable
from io import StringIO
from pathlib import Path
from typing import Any

import pexpect
import pytest

from dsk.scripted.faults import parse_fault
from dsk.scripted.script import Reply, Script
from dsk.scripted.server import ScriptedServer
from tests.harness import DSK, Dsk, Result
from tests.pricing.test_hours import at
from tests.state.log.writing import logged

Serve = Callable[[Script], ScriptedServer]
HOSTILE = "\x1b[31mred,\u202e"
# Of whatever server, and the same at all hours.
PRICE = """[prices.deepseek-flash]
currency = "USD"
as_of = 2026-11-15
cache_hit = 1
cache_miss = 10
output = 100
"""


def usage(prompt: int, hit: int, completion: int, reasoning: int = 0) -> str:
    return json.dumps(
        {
            "prompt_tokens": prompt,
            "prompt_cache_hit_tokens": hit,
            "completion_tokens": completion,
            "completion_tokens_details": {"reasoning_tokens": reasoning},
        }
    )


@pytest.fixture
def path(dsk: Dsk) -> Path:
    return Path(dsk.env["XDG_STATE_HOME"]) / "dsk" / "log.db"


@pytest.fixture
def filled(path: Path) -> Path:
    """Six runs: at night and in peak hours, of a model without a price, failed, stopped, and cut untold."""
    flash = {"model": "deepseek-flash"}
    logged(path, begun=at("2026-11-23 23:30:00"), usage=usage(1_000_000, 400_000, 10_000, 9000), **flash)
    logged(path, begun=at("2026-11-24 01:00:00"), usage=usage(1_000_000, 400_000, 10_000), session="story", **flash)
    logged(path, begun=at("2026-11-24 12:00:00"), usage=usage(50, 0, 7), model=HOSTILE, base_url="http://localhost")
    logged(path, begun=at("2026-11-25 12:00:00"), answer="", status=3, finish_reason=None)
    logged(path, begun=at("2026-11-25 12:00:01"), status=141, finish_reason=None, first_token=0.1, **flash)
    logged(path, begun=at("2026-12-01 00:00:00"), usage=usage(5, 0, 5), status=10, finish_reason="length", **flash)
    return path


def objects(dsk: Dsk, *args: str, zone: str = "UTC") -> Any:
    result = dsk.run("usage", "--json", *args, env={"TZ": zone})
    assert result.status == 0
    return json.loads(result.text)


def ask(dsk: Dsk, server: ScriptedServer, *args: str) -> Result:
    return dsk.run("ask", "--base-url", server.base_url, *args, "hi", stdin=None)


@pytest.mark.usefixtures("filled")
def test_the_sums_of_each_day_and_of_all(dsk: Dsk) -> None:
    found = objects(dsk)
    nothing = dict.fromkeys(("failed", "untold", "unpriced", "reasoning"), 0)
    tokens = {"prompt": 1_000_000, "cache_hit": 400_000, "cache_miss": 600_000, "completion": 10_000}
    assert found["rows"] == [
        {"day": "2026-11-23", "runs": 1, **nothing, **tokens, "reasoning": 9000, "cost_estimate": {"USD": 0.0972}},
        {
            "day": "2026-11-24",
            "runs": 2,
            **nothing,
            "prompt": 1_000_050,
            "cache_hit": 400_000,
            "cache_miss": 600_050,
            "completion": 10_007,
            "cost_estimate": {"USD": 0.1944},
            "unpriced": 1,
        },
        {
            "day": "2026-11-25",
            "runs": 2,
            **nothing,
            "failed": 1,
            "untold": 1,
            "prompt": 0,
            "cache_hit": 0,
            "cache_miss": 0,
            "completion": 0,
            "cost_estimate": {},
        },
        {
            "day": "2026-12-01",
            "runs": 1,
            **nothing,
            "failed": 1,
            "prompt": 5,
            "cache_hit": 0,
            "cache_miss": 5,
            "completion": 5,
            "cost_estimate": {"USD": 3.75e-06},
        },
    ]
    total = found["total"]
    assert (total["runs"], total["failed"], total["untold"], total["unpriced"]) == (6, 2, 1, 1)
    assert total["cost_estimate"] == {"USD": 0.29160375}
    assert (found["by"], found["since"], found["until"]) == ("day", None, None)


@pytest.mark.usefixtures("filled")
def test_days_are_those_of_the_users_clock(dsk: Dsk) -> None:
    days = {zone: [row["day"][5:] for row in objects(dsk, zone=zone)["rows"]] for zone in ("CST-8", "EST5")}
    assert days == {
        "CST-8": ["11-24", "11-25", "12-01"],
        "EST5": ["11-23", "11-24", "11-25", "11-30"],
    }


@pytest.mark.usefixtures("filled")
def test_other_things_to_sum_up_by_and_to_choose_by(dsk: Dsk) -> None:
    def runs(*args: str) -> dict[str | None, int]:
        found = objects(dsk, *args)
        return {row[found["by"]]: row["runs"] for row in found["rows"]}

    assert runs("--by", "month") == {"2026-11": 5, "2026-12": 1}
    assert runs("--by", "model") == {"deepseek-flash": 5, HOSTILE: 1}
    assert runs("--by", "session") == {None: 5, "story": 1}
    assert runs("--by", "profile") == {"deepseek": 6}
    assert runs("--by", "command") == {"ask": 6}
    assert runs("--by", "month", "-m", "flash") == {}
    dsk.write_config('[aliases]\nflash = "deepseek-flash"\n')
    assert runs("--by", "month", "-m", "flash") == {"2026-11": 5, "2026-12": 1}
    assert runs("--model", HOSTILE) == {"2026-11-24": 1}
    assert runs("--since", "2026-11-24", "--until", "2026-11-25T12:00:01") == {"2026-11-24": 2, "2026-11-25": 1}


@pytest.mark.usefixtures("filled")
def test_csv_is_that_of_rfc_4180(dsk: Dsk) -> None:
    text = dsk.run("usage", "--csv", "--by", "model", env={"TZ": "UTC"}).text
    assert text.count("\r\n") == text.count("\n") == 3
    head, flash, other = csv.reader(StringIO(text, newline=""))
    assert head[:3] == ["model", "runs", "failed"]
    assert dict(zip(head, flash, strict=True)) == {
        "model": "deepseek-flash",
        "runs": "5",
        "failed": "2",
        "untold": "1",
        "unpriced": "0",
        "prompt": "2000005",
        "cache_hit": "800000",
        "cache_miss": "1200005",
        "completion": "20005",
        "reasoning": "9000",
        "cost_USD": "0.29160375",
    }
    assert (other[0], other[-2:]) == (HOSTILE, ["", "1"])


@pytest.mark.usefixtures("filled")
def test_a_table_in_a_pipe_and_on_a_terminal(dsk: Dsk) -> None:
    piped = dsk.run("usage", "--by", "model", env={"TZ": "UTC"})
    assert piped.text.splitlines() == [
        "MODEL               RUNS  FAILED   PROMPT     HIT     MISS  OUTPUT  REASONING  COST",
        "deepseek-flash         5       2  2000005  800000  1200005   20005       9000  ~0.29 USD",
        "^[[31mred,<U+202E>     1       0       50       0       50       7          0  unknown",
        "total                  6       2  2000055  800000  1200055   20012       9000  ~0.29 USD + ?",
    ]
    assert piped.errors == "dsk: of 1 run the server told no tokens, or not all: those are not in the sums\n"
    for columns in (40, 80):
        for form in ("", " --json", " --csv"):
            shown: Any = pexpect.run(
                f"{DSK[0]} -m dsk usage --by model{form}", env=dsk.env, timeout=30, dimensions=(24, columns)
            )
            text = shown.decode()
            assert "\x1b" not in text
            assert "\u202e" not in text
            if not form:
                assert max(map(len, text.splitlines()[:4])) <= columns
                assert ("█" in text) == (columns == 80)


def test_an_empty_log_and_one_without_such_a_run_say_so(dsk: Dsk, path: Path) -> None:
    result = dsk.run("usage")
    assert (result.text, result.errors, result.status) == ("", "dsk: the log is empty\n", 0)
    assert objects(dsk)["rows"] == []
    assert not path.exists()
    logged(path)
    result = dsk.run("usage", "--model", "nobody")
    assert (result.text, result.errors, result.status) == ("", "dsk: no run in the log is like that\n", 0)


def test_options_that_exclude_each_other(dsk: Dsk) -> None:
    assert dsk.run("usage", "--json", "--csv").errors.startswith("dsk: --json and --csv exclude each other\n")
    result = dsk.run("usage", "--prices", "--by", "day")
    assert (result.errors.splitlines()[0], result.status) == ("dsk: --prices prints the table of prices alone", 2)


def test_the_prices_in_use_can_be_put_into_the_config_file(dsk: Dsk) -> None:
    before = dsk.run("usage", "--prices").text
    assert before.startswith('# built in\n[prices."deepseek-flash"]\ncurrency = "USD"\nas_of = 2026-11-15\n')
    path = dsk.write_config(before.replace("output = 0.6\n", "output = 0.7\n"))
    after = dsk.run("usage", "--prices").text
    assert after.startswith(f'# {path}:2\n[prices."deepseek-flash"]\n')
    assert "\noutput = 0.7\n" in after
    assert f"prices.deepseek-flash\tcache_hit 0.003 cache_miss 0.15 output 0.7 USD, as of 2026-11-15\t{path}:2\n" in (
        dsk.run("config").text
    )


def test_write_out_tells_an_estimate_and_what_is_unknown(dsk: Dsk, serve: Serve) -> None:
    server = serve(Script(replies=(Reply(text="one two three"),)))
    told = ask(dsk, server, "-w", "%{cost}").errors
    assert told == "unknown", "DeepSeek's prices are not those of another server"
    dsk.write_config(PRICE)
    result = ask(dsk, server, "-w", "%{prompt_tokens} %{tokens} %{cost} %{json}")
    prompt, tokens, cost, currency, found = result.errors.split(" ", 4)
    expected = (int(prompt) * 10 + int(tokens) * 100) / 1_000_000
    assert float(cost.removeprefix("~")) == pytest.approx(expected, rel=0.05)
    assert (cost[0], currency, json.loads(found)["cost"]) == ("~", "USD", f"{cost} USD")
    for fault, cost in {"401": "", "drop-after=2": "unknown"}.items():
        faulty = serve(Script(faults=(parse_fault(fault),)))
        told = ask(dsk, faulty, "--no-resume", "-w", "[%{cost}]\\n").errors
        assert told.startswith(f"[{cost}]\n"), "what nobody has answered costs nothing"


def test_an_answer_that_was_taken_up_again_is_paid_in_all_its_parts(dsk: Dsk, serve: Serve) -> None:
    words = " ".join(f"w{number}" for number in range(12))
    whole = serve(Script(replies=(Reply(text=words),)))
    broken = serve(Script(replies=(Reply(text=words),), faults=(parse_fault("drop-after=5x1"),)))
    for server in (whole, broken):
        assert ask(dsk, server).text == words + "\n"
    one, other = (json.loads(line) for line in dsk.run("log", "list", "--json").text.splitlines())
    assert one["tokens"] == other["tokens"] == 12
    found = objects(dsk, "--by", "command")["rows"][0]
    assert found["completion"] == 24
    told, told_again = (json.loads(dsk.run("log", "show", which, "--json").text) for which in ("-2", "-1"))
    assert [part["uncounted"] for part in told_again["resumed"]] == [5]
    first, second = told["usage"]["prompt_tokens"], told_again["usage"]["prompt_tokens"]
    assert found["prompt"] == first + second + (second - 5), "the second request has the text so far in its prompt"
    assert (found["untold"], found["failed"]) == (0, 0)


def test_a_log_that_can_only_be_read_is_summed_up(dsk: Dsk, filled: Path) -> None:
    from tests.state.log.test_read_only import frozen, run

    with frozen(filled):
        done = run(dsk, "usage", "--csv", "--by", "command")
    assert (done.stderr, done.stdout.splitlines()[1].split(",")[:2]) == ("", ["ask", "6"])


def test_runs_without_a_server_cost_nothing_and_are_summed_up_only_if_that_is_said(dsk: Dsk, path: Path) -> None:
    dsk.write_config(PRICE)
    told = dsk.run("ask", "--offline", "--session", "s", "-w", "%{cost}", "hi", stdin=None).errors
    assert told.endswith("\nunknown")
    result = dsk.run("usage")
    hint = "those with --offline are left out: -P offline sums them up"
    assert (result.text, result.errors) == ("", f"dsk: no run in the log is like that; {hint}\n")
    logged(path, usage=usage(100, 0, 0), model="deepseek-flash")
    assert [row["profile"] for row in objects(dsk, "--by", "profile")["rows"]] == ["deepseek"]
    assert objects(dsk, "--by", "session", "-P", "deepseek")["total"]["cost_estimate"] == {"USD": 0.001}
    found = objects(dsk, "--by", "profile", "-P", "offline", "-P", "deepseek")
    rows = {row["profile"]: (row["runs"], row["cost_estimate"], row["unpriced"]) for row in found["rows"]}
    assert rows == {"offline": (1, {}, 1), "deepseek": (1, {"USD": 0.001}, 0)}
