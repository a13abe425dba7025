"""What the commands share that ask for a yes or a no."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import click

from dsk.commands.option import Option
from dsk.commands.options.network import network_options, network_settings
from dsk.commands.options.request import REQUEST, request_options, request_settings, showing_options

if TYPE_CHECKING:
    from dsk.jobs.judging import Asking

ANSWER = "Answer"
REQUEST_OPTIONS = ("model", "temperature", "user_id", "set", "dry_run")
# There is nothing to take up in an answer of one token.
OF_LONG_ANSWERS = ("resume", "continue_on_length")


def threshold_option(least: float, default: float, words: str, brief: str) -> click.Parameter:
    """From which probability on the answer is yes."""
    return Option(
        ["--threshold"],
        group=ANSWER,
        brief=brief,
        env=False,
        type=click.FloatRange(least, 1),
        default=default,
        metavar="P",
        help=f"{words}  [default: {default}]",
    )


def judging_request_options() -> list[click.Parameter]:
    """What the request body holds, and whether it is sent."""
    found = [option for option in (*request_options(), *showing_options()) if option.name in REQUEST_OPTIONS]
    return [
        *found[:-1],
        Option(
            ["--max-tokens", "answer_tokens"],
            group=REQUEST,
            env=False,
            type=click.IntRange(min=1),
            default=1,
            metavar="N",
            help="The most tokens to generate: more for a model that cannot but think first.  [default: 1]",
        ),
        found[-1],
    ]


def judging_network_options() -> list[click.Parameter]:
    """How a question is sent."""
    return [option for option in network_options() if option.name not in OF_LONG_ANSWERS]


def asking(params: Mapping[str, Any], origins: Mapping[str, str]) -> Asking:
    """What was said about the request and the network; ``origins`` is what ``option.sources`` gives."""
    from dsk.jobs.judging import Asking

    return Asking(
        request=request_settings(params),
        from_file=frozenset(name for name, origin in origins.items() if origin == "file"),
        from_environment=frozenset(name for name, origin in origins.items() if origin == "environment"),
        network=network_settings(params, origins),
        max_tokens=params["answer_tokens"],
    )
