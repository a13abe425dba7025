"""``dsk map``: the same question of every record of a file, many at a time."""

from __future__ import annotations

from functools import partial
from typing import Any

import click

from dsk.commands.command import Command, Job
from dsk.commands.option import Option, sources
from dsk.commands.options.caching import cache_options, caching
from dsk.commands.options.network import NETWORK, network_options, network_settings, retry_invalid_option
from dsk.commands.options.prompt import from_template, prompt_options, template_settings
from dsk.commands.options.records import (
    choice_of,
    goes_on,
    halting_of,
    input_options,
    line_options,
    output_of,
    run_options,
    text_of_lines,
)
from dsk.commands.options.request import request_options, request_settings, schema_option

HELP = """Ask of every record of a file, many at a time; each gives a JSON line.

{field} in PROMPT is a field of the record, {} the whole of it; without any the record comes before PROMPT.

\b
    dsk map "Translate into German: {}" < lines.txt
    dsk map -a reviews.csv "Good or bad? {text}" -o out.jsonl --resume
"""

# For the words of a single question, and for showing it.
OF_ASK_ALONE = ("editor", "ignore_stdin", "dry_run", "print_curl", "resume")
# What is left to the long help, where the short one has to fit a screen.
LESS_USED = ("file", "system", "think", "max_tokens", "base_url")
# What one question is to ask, a record is here.
OF_A_RECORD = {
    "max_time": "Give a record up that takes longer.  [default: no limit]",
    "retry_max_time": "Try again only within this time from the start of a record.  [default: no limit]",
}


def _stream_resume_option() -> click.Parameter:
    return Option(
        ["--stream-resume", "resume"],
        group=NETWORK,
        envvar="DSK_RESUME",
        type=click.IntRange(min=0),
        default=2,
        metavar="N",
        help="Take a broken answer up again up to N times, where the server can: --resume of dsk ask.  [default: 2]",
    )


def _shared(options: list[click.Parameter]) -> list[click.Parameter]:
    found = [option for option in options if option.name not in OF_ASK_ALONE]
    for option in found:
        if isinstance(option, Option) and option.name in LESS_USED:
            option.brief = ""
        if isinstance(option, Option) and option.name in OF_A_RECORD:
            option.help = OF_A_RECORD[option.name]
    return found


def _map(**params: Any) -> Job:
    from dsk.jobs.map.mapping import MapSettings, map_records
    from dsk.prompt.settings import PromptSettings

    ctx = click.get_current_context()
    origins = sources(ctx)
    settings = MapSettings(
        prompt=PromptSettings(
            words=params["prompt"],
            files=params["file"],
            system=params["system"],
            template=template_settings(ctx),
        ),
        request=request_settings(params),
        from_file=frozenset(name for name, origin in origins.items() if origin == "file"),
        from_environment=frozenset(name for name, origin in origins.items() if origin == "environment"),
        from_template=from_template(ctx),
        network=network_settings(params, origins),
        files=params["arg_file"],
        kind=params["input"],
        strict=params["strict"],
        choice=choice_of(params),
        output=output_of(params),
        text=text_of_lines(params),
        in_order=not params["unordered"],
        resume=goes_on(params),
        retry_failed=params["retry_failed"],
        force=params["any_template"],
        jobs=params["jobs"],
        halting=halting_of(params),
        progress=params["progress"],
        dry_run=params["dry_run"],
        cache=caching(params, origins),
    )
    return partial(map_records, settings)


COMMAND = Command(
    "map",
    _map,
    [
        click.Argument(["prompt"], nargs=-1),
        *input_options(),
        *_shared(prompt_options()),
        *_shared(request_options()),
        schema_option(),
        *line_options(),
        *run_options(),
        *_shared(network_options()),
        _stream_resume_option(),
        retry_invalid_option(),
        *cache_options(),
    ],
    HELP,
    uses_defaults=True,
)
