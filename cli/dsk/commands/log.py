"""``dsk log``: what was asked and answered before."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any

import click

from dsk.commands.command import Command, Job
from dsk.commands.group import Group
from dsk.commands.moments import Moment
from dsk.commands.option import Option
from dsk.commands.options.output import json_option
from dsk.commands.run_command import RunCommand, run_argument
from dsk.errors import UsageFault

if TYPE_CHECKING:
    from click.shell_completion import CompletionItem

WHICH = "Which runs"
OUTPUT = "Output"

COMMANDS = {
    "list": ("dsk.commands.log:LIST", "List the last runs."),
    "show": ("dsk.commands.log:SHOW", "Show a run: its prompt and its answer."),
    "resume": ("dsk.commands.log_resume:COMMAND", "Finish an answer that broke off."),
    "search": ("dsk.commands.log:SEARCH", "List the runs in which words occur."),
    "export": ("dsk.commands.log:EXPORT", "Print all runs as JSON lines."),
    "prune": ("dsk.commands.log:PRUNE", "Remove runs for good."),
    "path": ("dsk.commands.log:PATH", "Print the path of the log."),
}

HELP = """Look at what was asked and answered before.

\b
    dsk log list
    dsk log show -1
    dsk log search broken pipe
    dsk log prune --older-than 30d
"""

HELP_LIST = """List the last runs, the newest last: a table on a terminal, fields separated by tabs in a pipe.

\b
    dsk log list -N 5
    dsk log list | grep killed
"""

HELP_SHOW = """Show a run. ID is its number in the list; -1 is the last run, which is also the default.

\b
    dsk log show 12
    dsk log show -1 --answer > answer.txt
"""

HELP_SEARCH = """List the runs whose prompt or answer has the WORDS as a phrase. If there is none the status is 1.

\b
    dsk log search broken pipe
    dsk log search --fts 'sigpipe AND (bash OR zsh)'
"""

HELP_EXPORT = """Print all runs as JSON lines, the oldest first, with their requests.

\b
    dsk log export --since 7d | jq -r .content
"""

HELP_PRUNE = """Remove runs for good, but not those under way, and give their room back.

\b
    dsk log prune --older-than 30d --keep 100
    dsk log prune --all
"""

HELP_PATH = """Print the path of the log, whether it exists or not."""


def _flag(name: str, text: str, group: str = OUTPUT, **more: Any) -> click.Parameter:
    return Option([name, *more.pop("names", ())], group=group, brief=text, env=False, is_flag=True, help=text, **more)


def _count_option() -> click.Parameter:
    return Option(
        ["-N", "--count"],
        group=WHICH,
        brief="So many runs; 0 is all of them.",
        env=False,
        type=click.IntRange(min=0),
        default=20,
        metavar="COUNT",
        help="Print the last COUNT runs; 0 is all of them.  [default: 20]",
    )


def _list(**params: Any) -> Job:
    from dsk.jobs.log.listing import list_runs

    return partial(list_runs, params["count"], params["as_json"])


def _show(**params: Any) -> Job:
    from dsk.jobs.log.showing import show_run

    if params["answer"] and params["as_json"]:
        raise UsageFault("--answer and --json exclude each other", hint="leave one of them out")
    return partial(show_run, params["id"], params["answer"], params["as_json"])


def _search(**params: Any) -> Job:
    from dsk.jobs.log.listing import search_runs
    from dsk.state.log.query import Query

    text = " ".join(params["words"])
    if not text.strip():
        raise UsageFault("there is nothing to search for", "the words are empty", hint="dsk log list lists all")
    if not text.isprintable() and any("\ud800" <= char <= "\udfff" for char in text):
        raise UsageFault("the words are not UTF-8", hint="convert them first: iconv -f LATIN1 -t UTF-8")
    return partial(search_runs, Query(text, params["fts"]), params["count"], params["as_json"])


def _export(**params: Any) -> Job:
    from dsk.jobs.log.whole import export_runs

    return partial(export_runs, params["since"] or 0.0)


def _prune(**params: Any) -> Job:
    from dsk.jobs.log.whole import prune_runs

    before, keep, everything = params["older_than"], params["keep"], params["everything"]
    if everything and (before is not None or keep is not None):
        raise UsageFault("--all leaves nothing for --older-than and --keep to choose", hint="leave one of them out")
    if not everything and before is None and keep is None:
        raise UsageFault("which runs are to be removed?", hint="give --older-than, --keep or --all")
    return partial(prune_runs, before, keep or 0, params["yes"] or not everything)


def _path() -> Job:
    from dsk.jobs.log.whole import print_log_path

    return print_log_path


def _complete_run(_ctx: click.Context, _param: click.Parameter, incomplete: str) -> list[CompletionItem]:
    from dsk.commands.run_numbers import runs

    return runs(incomplete)


COMMAND = Group("log", COMMANDS, HELP)
LIST = Command("list", _list, [_count_option(), json_option("Print a JSON object a line.")], HELP_LIST)
SHOW = RunCommand(
    "show",
    _show,
    [
        run_argument(_complete_run),
        _flag("--answer", "Print the answer alone, byte for byte."),
        json_option("Print one JSON object, with the request."),
    ],
    HELP_SHOW,
)
SEARCH = Command(
    "search",
    _search,
    [
        click.Argument(["words"], nargs=-1, required=True),
        _flag("--fts", "The words are an expression of SQLite's FTS5.", WHICH),
        _count_option(),
        json_option("Print a JSON object a line."),
    ],
    HELP_SEARCH,
)
EXPORT = Command(
    "export",
    _export,
    [
        Option(
            ["--since"],
            group=WHICH,
            brief="Only runs since a date, or for so long.",
            env=False,
            type=Moment(),
            metavar="WHEN",
            help="Only runs that were begun since a date, such as 2026-11-25, or in the last 12h, 7d, 4w.",
        ),
    ],
    HELP_EXPORT,
)
PRUNE = Command(
    "prune",
    _prune,
    [
        Option(
            ["--older-than"],
            group=WHICH,
            brief="Remove runs of before a date or an age.",
            env=False,
            type=Moment(),
            metavar="WHEN",
            help="Remove the runs that were begun before a date, such as 2026-11-25, or are older than 12h, 7d, 4w.",
        ),
        Option(
            ["--keep"],
            group=WHICH,
            brief="Do not remove the last COUNT.",
            env=False,
            type=click.IntRange(min=1),
            metavar="COUNT",
            help="Do not remove the last COUNT runs.",
        ),
        _flag("--all", "Remove all runs.", WHICH, names=["everything"]),
        _flag("--yes", "Do not ask whether --all is meant.", WHICH),
    ],
    HELP_PRUNE,
)
PATH = Command("path", _path, [], HELP_PATH)
