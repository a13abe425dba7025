"""``dsk grep``: the lines that a description fits."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any

import click

from dsk.commands.command import Command, Job
from dsk.commands.option import Option, sources
from dsk.commands.options.judging import (
    ANSWER,
    asking,
    judging_network_options,
    judging_request_options,
    threshold_option,
)
from dsk.commands.options.output import OUTPUT
from dsk.commands.options.records import INPUT, RUN

if TYPE_CHECKING:
    from dsk.grep.selecting import Shows

# What -m is here is what it is in grep.
MODEL = "model"
# What one question is to ask, a line is here.
OF_A_LINE = {
    "dry_run": "Print the first three request bodies, tell about how many tokens all have, and send nothing.",
    "max_time": "Give a line up that takes longer.  [default: no limit]",
    "retry_max_time": "Try again only within this time from the start of a line.  [default: no limit]",
}

HELP = """Print the lines of FILEs, or of stdin, that a description fits.

\b
    tail -f app.log | dsk grep "errors that need a human"
    dsk grep -c "complains about delivery" reviews.txt
"""


def _flag(names: list[str], group: str, help: str, brief: str = "") -> click.Parameter:  # noqa: A002
    return Option(names, group=group, brief=brief, env=False, is_flag=True, help=help)


def _grep_options() -> list[click.Parameter]:
    return [
        _flag(
            ["-z", "--null-data"],
            INPUT,
            "Lines end in NUL, not in newline, for find -print0; so do those that are written.",
        ),
        _flag(["--paragraph"], INPUT, "Decide about paragraphs, which blank lines divide."),
        threshold_option(
            0.0,
            0.5,
            "How likely it has to be that the description fits; 0.9 prints less, 0.1 misses less.",
            "How likely it has to be that it fits.",
        ),
        _flag(["-v", "--invert-match"], ANSWER, "Print the other lines.", "Print the other lines."),
        _flag(["-c", "--count"], OUTPUT, "Print how many lines there are, for each file.", "Print how many there are."),
        _flag(
            ["-l", "--files-with-matches"],
            OUTPUT,
            "Print the names of files with such a line; no more of a file is read than it takes.",
            "Print the names of their files.",
        ),
        _flag(
            ["-q", "--quiet"],
            OUTPUT,
            "Print nothing, and end with status 0 at the first one.",
            "Print nothing, end at the first.",
        ),
        Option(
            ["-m", "--max-count"],
            group=OUTPUT,
            brief="End after N lines of a file.",
            env=False,
            type=click.IntRange(min=1),
            metavar="N",
            help="End after N lines of a file.",
        ),
        _flag(["-n", "--line-number"], OUTPUT, "Print its number before each line.", "Print line numbers."),
        Option(
            ["-H", "--with-filename/--no-filename"],
            group=OUTPUT,
            env=False,
            default=None,
            help="Print its file's name before each line, or not.  [default: with several files]",
        ),
        Option(
            ["-j", "--jobs"],
            group=RUN,
            brief="Decide about N at a time.",
            type=click.IntRange(1, 1024),
            default=8,
            metavar="N",
            help="Decide about N at a time; fewer while the server says that it is too many.  [default: 8]",
        ),
    ]


def _for_lines(options: list[click.Parameter]) -> list[click.Parameter]:
    for option in options:
        if isinstance(option, Option) and option.name == MODEL:
            option.opts.remove("-m")
            option.brief = ""
        if isinstance(option, Option) and option.name in OF_A_LINE:
            option.help = OF_A_LINE[option.name]
    return options


def _grep(**params: Any) -> Job:
    from dsk.grep.selecting import Selecting
    from dsk.jobs.grepping import GrepSettings, grep

    files = params["file"] or ("-",)
    named = params["with_filename"]
    settings = GrepSettings(
        description=params["description"],
        files=files,
        asking=asking(params, sources(click.get_current_context())),
        selecting=Selecting(
            threshold=params["threshold"],
            inverted=params["invert_match"],
            shows=_shows(params),
            names=len(files) > 1 if named is None else named,
            numbers=params["line_number"],
            most=params["max_count"],
            blank_between=params["paragraph"],
        ),
        unit="record" if params["null_data"] else "paragraph" if params["paragraph"] else "line",
        jobs=params["jobs"],
        dry_run=params["dry_run"],
    )
    return partial(grep, settings)


def _shows(params: dict[str, Any]) -> Shows:
    """What grep does with several of these: the one that says least counts."""
    if params["quiet"]:
        return "nothing"
    if params["files_with_matches"]:
        return "names"
    return "count" if params["count"] else "lines"


COMMAND = Command(
    "grep",
    _grep,
    [
        click.Argument(["description"]),
        click.Argument(["file"], nargs=-1),
        *_grep_options(),
        *_for_lines(judging_request_options()),
        *_for_lines(judging_network_options()),
    ],
    HELP,
    uses_defaults=True,
)
