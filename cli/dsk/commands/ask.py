"""``dsk ask``: one question, its answer to stdout as it arrives."""

from __future__ import annotations

from functools import partial
from typing import Any

import click

from dsk.commands.framework import Command, Job, Option, sources
from dsk.commands.options import log_option, network_options, output_options, record_option, sending, stop_options
from dsk.errors import UsageFault

PROMPT = "Prompt"
REQUEST = "Request"
MAX_STOPS = 16

HELP = """Ask one question and write the answer to stdout as it arrives.

The words of PROMPT are joined by spaces. What is piped in comes before them, or where a lone - stands.

\b
    dsk ask "Tell me a story"
    git diff | dsk ask "Write a commit message" | tee msg.txt
"""


def _prompt_options() -> list[click.Parameter]:
    return [
        Option(
            ["-f", "--file"],
            group=PROMPT,
            brief="Put a text file before the prompt.",
            env=False,
            multiple=True,
            metavar="PATH|URL|-",
            help="Put a text file before the prompt, under its name. Repeat for more.",
        ),
        Option(
            ["-s", "--system"],
            group=PROMPT,
            brief="The system message.",
            metavar="TEXT|@FILE",
            may_be_empty=True,
            help="The system message; @FILE reads it from a file, an empty TEXT is none.",
        ),
        Option(
            ["-e", "--editor/--no-editor"],
            group=PROMPT,
            default=False,
            env=False,
            help="Write the prompt in $VISUAL or $EDITOR.",
        ),
        Option(
            ["-I", "--ignore-stdin/--no-ignore-stdin"],
            group=PROMPT,
            brief="Do not read stdin.",
            default=None,
            help="Do not read stdin (DSK_STDIN=ignore does the same).",
        ),
    ]


def _request_options() -> list[click.Parameter]:
    return [
        Option(
            ["-m", "--model"],
            group=REQUEST,
            brief="The model to ask.",
            metavar="NAME",
            shell_complete=_complete_model,
            help="The model, or an alias of the config file.",
        ),
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
            brief="The most tokens to generate.",
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
            help="Set any other body field to a text or to JSON. Repeat for more.",
        ),
        Option(
            ["--stream/--no-stream"],
            group=REQUEST,
            default=True,
            help="Have the answer streamed, or sent whole.  [default: stream]",
        ),
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


def _check_stops(_ctx: click.Context, _param: click.Parameter, value: tuple[str, ...]) -> tuple[str, ...]:
    if len(value) > MAX_STOPS:
        raise UsageFault(f"--stop is given {len(value)} times", f"at most {MAX_STOPS} are allowed")
    return value


def _complete_model(_ctx: click.Context, _param: click.Parameter, incomplete: str) -> list[str]:
    import os

    from dsk.request.models import KNOWN
    from dsk.state.config import load

    config = load(os.environ)
    names = [*KNOWN, *config.aliases, *(p.model for p in config.profiles.values() if p.model)]
    return [name for name in dict.fromkeys(names) if name.startswith(incomplete)]


def _ask(**params: Any) -> Job:
    from dsk.jobs.asking import AskSettings, ask
    from dsk.prompt.settings import PromptSettings
    from dsk.request.options import RequestOptions

    origins = sources(click.get_current_context())
    prompt = PromptSettings(
        words=params["prompt"],
        files=params["file"],
        system=params["system"],
        editor=params["editor"],
        ignore_stdin=params["ignore_stdin"],
    )
    fields = RequestOptions._fields
    request = RequestOptions(**{name: params[name] for name in fields})
    settings = AskSettings(
        prompt=prompt,
        request=request,
        from_file=frozenset(name for name, origin in origins.items() if origin == "file"),
        from_environment=frozenset(name for name, origin in origins.items() if origin == "environment"),
        sending=sending("ask", params, origins),
        show="body" if params["dry_run"] else "curl" if params["print_curl"] else None,
    )
    return partial(ask, settings)


COMMAND = Command(
    "ask",
    _ask,
    [
        click.Argument(["prompt"], nargs=-1),
        *_prompt_options(),
        *_request_options(),
        *output_options(),
        *stop_options(),
        log_option(),
        record_option(),
        *network_options(),
    ],
    HELP,
    uses_defaults=True,
)
