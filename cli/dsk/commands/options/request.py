"""What is asked of the model, and whether the request is sent or shown."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import click

from dsk.commands.option import Option
from dsk.errors import UsageFault

if TYPE_CHECKING:
    from dsk.request.options import RequestOptions

REQUEST = "Request"
MAX_STOPS = 16


def model_option() -> click.Parameter:
    """Which model is meant."""
    return Option(
        ["-m", "--model"],
        group=REQUEST,
        brief="The model to ask.",
        metavar="NAME",
        shell_complete=complete_model,
        help="The model, or an alias of the config file.",
    )


def request_options() -> list[click.Parameter]:
    """What the request body holds."""
    return [
        model_option(),
        Option(
            ["--think/--no-think"],
            group=REQUEST,
            brief="Let the model reason first.",
            default=None,
            help="Let the model reason first.  [default: no-think]",
        ),
        Option(
            ["--effort"],
            group=REQUEST,
            type=click.Choice(["none", "low", "high", "max"]),
            help="How hard to think; all but none imply --think.",
        ),
        Option(
            ["--temperature"],
            group=REQUEST,
            metavar="N",
            type=click.FloatRange(0, 2),
            help="Sampling temperature.",
        ),
        Option(
            ["--top-p"],
            group=REQUEST,
            metavar="N",
            type=click.FloatRange(0, 1),
            help="Nucleus sampling.",
        ),
        Option(
            ["--max-tokens"],
            group=REQUEST,
            metavar="N",
            type=click.IntRange(min=1),
            help="The most tokens to generate, reasoning included.",
        ),
        Option(
            ["--stop"],
            group=REQUEST,
            multiple=True,
            env=False,
            metavar="TEXT",
            callback=_check_stops,
            help="End the answer before TEXT. Repeat for up to 16.",
        ),
        Option(
            ["--json-mode/--no-json-mode"],
            group=REQUEST,
            default=False,
            help="Ask for a JSON answer; one that is not JSON is exit 13.",
        ),
        Option(
            ["--logprobs"],
            group=REQUEST,
            type=click.IntRange(0, 20),
            metavar="N",
            help="Ask for log probabilities of the N likeliest tokens (seen with --json and --jsonl).",
        ),
        Option(
            ["--user-id"],
            group=REQUEST,
            metavar="ID",
            help="Name the end user: keeps caches and limits apart.",
        ),
        Option(
            ["--set"],
            group=REQUEST,
            multiple=True,
            env=False,
            metavar="K=V|K:=JSON",
            callback=_check_fields,
            help="Set any other body field to a text or to JSON. Repeat for more.",
        ),
        Option(
            ["--stream/--no-stream"],
            group=REQUEST,
            default=True,
            help="Have the answer streamed, or sent whole.  [default: stream]",
        ),
    ]


def prefix_options() -> list[click.Parameter]:
    """How the answer begins."""
    return [
        Option(
            ["--prefix"],
            group=REQUEST,
            env=False,
            metavar="TEXT",
            help="Begin the answer with TEXT; stdout has what the model adds.",
        ),
        Option(
            ["--reasoning-prefix"],
            group=REQUEST,
            env=False,
            metavar="TEXT",
            help="Begin the reasoning with TEXT; needs --think.",
        ),
    ]


def schema_option(group: str = REQUEST) -> Option:
    """What the answer has to look like."""
    return Option(
        ["--schema"],
        group=group,
        brief="Ask for JSON that fits a schema.",
        metavar="FILE|JSON|WORDS",
        help="Ask for JSON that fits a schema: 'name, age int, tags [str]', JSON Schema, or a file with either."
        " What does not fit is exit 13; of a list each element is a line.",
    )


def showing_options() -> list[click.Parameter]:
    """The request is shown in place of an answer."""
    return [
        Option(
            ["--dry-run"],
            group=REQUEST,
            brief="Print the request body, send nothing.",
            env=False,
            is_flag=True,
            help="Print the request body and send nothing.",
        ),
        Option(
            ["--print-curl"],
            group=REQUEST,
            env=False,
            is_flag=True,
            help="Print the equivalent curl command and send nothing.",
        ),
    ]


def request_settings(params: Mapping[str, Any]) -> RequestOptions:
    """The settings of the request body among a command's values; it may have some of them only."""
    from dsk.request.options import RequestOptions

    return RequestOptions(**{name: params[name] for name in RequestOptions._fields if name in params})


def _check_stops(_ctx: click.Context, _param: click.Parameter, value: tuple[str, ...]) -> tuple[str, ...]:
    if len(value) > MAX_STOPS:
        raise UsageFault(
            f"--stop is given {len(value)} times",
            f"at most {MAX_STOPS} are allowed",
            hint="leave the rest out; --until REGEX ends the answer at any of many texts",
        )
    return value


def _check_fields(_ctx: click.Context, _param: click.Parameter, value: tuple[str, ...]) -> tuple[str, ...]:
    if value:
        from dsk.request.fields import parse_field

        for text in value:
            parse_field(text)
    return value


def complete_model(_ctx: click.Context, _param: click.Parameter, incomplete: str) -> list[str]:
    """The names of models that are known here."""
    import os

    from dsk.jobs.model_names import model_names

    return [name for name in model_names(os.environ) if name.startswith(incomplete)]
