"""``dsk fim``: what stands between two texts, for editors."""

from __future__ import annotations

from functools import partial
from typing import Any

import click

from dsk.commands.command import Command, Job
from dsk.commands.option import Option, sources
from dsk.commands.options.keeping import log_option, record_option
from dsk.commands.options.network import network_options
from dsk.commands.options.output import OUTPUT, output_options
from dsk.commands.options.request import request_options, request_settings, showing_options
from dsk.commands.options.sending import sending
from dsk.commands.options.stopping import stop_options
from dsk.errors import UsageFault

TEXT = "Text"
MARK = "<cursor>"
CONTEXT = 32_000
REQUEST_OPTIONS = ("model", "temperature", "top_p", "max_tokens", "stop", "logprobs", "set", "stream")
OUTPUT_OPTIONS = ("format", "output", "events_to", "usage_to", "usage", "write_out", "escapes", "color")

# What is written is code, and the model does not think.
PLAIN = {"markdown": "never", "reasoning": "hide"}

HELP = """Fill in the middle: write what belongs at the cursor in a text to stdout.

The cursor is a mark in FILE or stdin, or a line and column, or between two texts.

\b
    dsk fim --at main.py:10:5 --print-edit | patch main.py
    printf 'def add(a, b):\\n    <cursor>\\n' | dsk fim --stop $'\\n'
"""


def _fim(**params: Any) -> Job:
    from dsk.jobs.filling import FimSettings, fim
    from dsk.prompt.gap import GapSettings

    origins = sources(click.get_current_context())
    if params["print_edit"] and params["format"] != "text":
        raise UsageFault(f"--print-edit and --{params['format']}", "a diff is text", hint="leave one of them out")
    texts = next((name for name in ("before", "after") if params[name] is not None), None)
    if params["print_edit"] and texts:
        hint = "--at FILE:LINE:COL takes one, or a mark in FILE; stdin is given a name by --name"
        raise UsageFault(f"--print-edit and --{texts}", "a diff is of a file, and the text is in none", hint=hint)
    settings = FimSettings(
        gap=GapSettings(
            file=params["file"],
            mark=params["mark"],
            at=params["at"],
            before=params["before"],
            after=params["after"],
            name=params["name"],
        ),
        context=params["context"],
        request=request_settings(params),
        origins=origins,
        sending=sending("fim", params | PLAIN | {"newline": params["ends_line"]}, origins),
        prints_edit=params["print_edit"],
        show="body" if params["dry_run"] else "curl" if params["print_curl"] else None,
    )
    return partial(fim, settings)


def _text_options() -> list[click.Parameter]:
    return [
        Option(
            ["--at"],
            group=TEXT,
            brief="The cursor is at this line and column.",
            env=False,
            metavar="FILE:LINE:COL",
            help="The cursor is at this line and column of FILE, both from 1; a FILE of - is stdin.",
        ),
        Option(
            ["--mark"],
            group=TEXT,
            brief="The cursor is where FILE has TEXT.",
            default=MARK,
            metavar="TEXT",
            help=f"The cursor is where FILE has TEXT, once.  [default: {MARK}]",
        ),
        Option(
            ["--before"],
            group=TEXT,
            brief="The text before the cursor.",
            env=False,
            may_be_empty=True,
            metavar="TEXT|@FILE",
            help="The text before the cursor, or the file that has it; @- is stdin.",
        ),
        Option(
            ["--after"],
            group=TEXT,
            brief="The text after the cursor.",
            env=False,
            may_be_empty=True,
            metavar="TEXT|@FILE",
            help="The text after the cursor, or the file that has it; @- is stdin.",
        ),
        Option(
            ["--name"],
            group=TEXT,
            env=False,
            metavar="FILE",
            help="What stdin is called, in messages and in the diff of --print-edit.",
        ),
        Option(
            ["--context"],
            group=TEXT,
            default=CONTEXT,
            type=click.IntRange(min=0),
            metavar="N",
            help=f"Send at most N characters around the cursor, 0 for all.  [default: {CONTEXT}]",
        ),
    ]


def _edit_options() -> list[click.Parameter]:
    return [
        Option(
            ["--print-edit"],
            group=OUTPUT,
            brief="Write a diff of the file, at the end.",
            env=False,
            is_flag=True,
            help="Write the answer as a unified diff of the file, when it has come, for patch or git apply.",
        ),
        Option(
            ["--newline/--no-newline", "ends_line"],
            group=OUTPUT,
            default=False,
            env=False,
            help="End a complete answer with a newline if it has none.  [default: no-newline]",
        ),
    ]


COMMAND = Command(
    "fim",
    _fim,
    [
        click.Argument(["file"], required=False),
        *_text_options(),
        *(option for option in request_options() if option.name in REQUEST_OPTIONS),
        *showing_options(),
        *_edit_options(),
        *(option for option in output_options() if option.name in OUTPUT_OPTIONS),
        *stop_options(),
        log_option(),
        record_option(),
        *network_options(),
    ],
    HELP,
    uses_defaults=True,
)
