"""``dsk usage``: the tokens of the runs in the log, and what they cost."""

from __future__ import annotations

from functools import partial
from typing import Any

import click

from dsk.commands.command import Command, Job
from dsk.commands.moments import Moment
from dsk.commands.option import Option
from dsk.commands.options.network import complete_profile
from dsk.commands.options.output import json_option
from dsk.commands.options.request import complete_model
from dsk.errors import UsageFault

WHICH = "Which runs"
OUTPUT = "Output"
WAYS = ["day", "month", "model", "session", "profile", "command"]

HELP = """Sum up the tokens of the runs in the log, and estimate what they cost: a table, with bars on a terminal.

Costs are estimates by the prices of the config file and those that dsk knows; --prices shows them with their dates.

\b
    dsk usage --since 30d
    dsk usage --by model --json | jq .total
"""


def _usage(**params: Any) -> Job:
    if params["prices"]:
        others = ("by", "since", "until", "model", "profile", "as_json", "as_csv")
        if any(params[name] for name in others):
            raise UsageFault("--prices prints the table of prices alone", hint="leave the other options out")
        from dsk.jobs.usage.price_listing import list_prices

        return list_prices
    if params["as_json"] and params["as_csv"]:
        raise UsageFault("--json and --csv exclude each other", hint="leave one of them out")
    from dsk.jobs.usage.reporting import Which, report_usage

    which = Which(params["by"] or "day", params["since"] or 0.0, params["until"], params["model"], params["profile"])
    return partial(report_usage, which, "json" if params["as_json"] else "csv" if params["as_csv"] else "table")


def _complete_profile(ctx: click.Context, param: click.Parameter, incomplete: str) -> list[str]:
    return [*complete_profile(ctx, param, incomplete), *(["offline"] if "offline".startswith(incomplete) else [])]


def _when(name: str, brief: str, text: str) -> click.Parameter:
    return Option([name], group=WHICH, brief=brief, env=False, type=Moment(), metavar="WHEN", help=text)


def _flag(names: list[str], brief: str, text: str) -> click.Parameter:
    return Option(names, group=OUTPUT, brief=brief, env=False, is_flag=True, help=text)


COMMAND = Command(
    "usage",
    _usage,
    [
        _when(
            "--since",
            "Only runs since a date, or for so long.",
            "Only runs that were begun since a date, such as 2026-11-25, or in the last 12h, 7d, 4w.",
        ),
        _when(
            "--until",
            "Only runs of before a date or an age.",
            "Only runs that were begun before a date, such as 2026-11-25, or longer ago than 12h, 7d, 4w.",
        ),
        Option(
            ["-m", "--model"],
            group=WHICH,
            brief="Only runs of this model.",
            env=False,
            metavar="NAME",
            shell_complete=complete_model,
            help="Only runs that asked this model, or had its answer.",
        ),
        Option(
            ["-P", "--profile"],
            group=WHICH,
            brief="Only runs of this profile.",
            env=False,
            multiple=True,
            metavar="NAME",
            shell_complete=_complete_profile,
            help="Only runs of this profile; offline is that of runs with --offline, which are left out else."
            " Repeatable.",
        ),
        Option(
            ["--by"],
            group=OUTPUT,
            brief="By day, month, model, session, profile, command.",
            env=False,
            type=click.Choice(WAYS),
            metavar="WHAT",
            help="Sum up by day, month, model, session, profile or command.  [default: day]",
        ),
        json_option("Print one JSON object."),
        _flag(["--csv", "as_csv"], "Print CSV.", "Print CSV (RFC 4180), without the total."),
        _flag(["--prices"], "Print the prices in use.", "Print the table of prices in use as TOML, to be edited."),
    ],
    HELP,
)
