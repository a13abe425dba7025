"""Many records: where they come from, how they are worked off, and where their lines go."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import click

from dsk.commands.option import Option
from dsk.commands.options.output import OUTPUT
from dsk.errors import UsageFault

if TYPE_CHECKING:
    from dsk.map.choosing import Choice
    from dsk.map.halting import Halting

INPUT = "Input"
RUN = "Run"
# What may be said of a file that holds something already, by parameter.
WISHES = {"goes_on": "resume", "retry_failed": "retry-failed", "any_template": "force"}


def input_options() -> list[click.Parameter]:
    """Where the records come from, and which of them are asked."""
    return [
        Option(
            ["-a", "--arg-file"],
            group=INPUT,
            brief="Read records from FILE, not from stdin.",
            env=False,
            multiple=True,
            metavar="FILE|-",
            help="Read the records from FILE, which may be packed by gzip, not from stdin. Repeat for more.",
        ),
        Option(
            ["--input"],
            group=INPUT,
            brief="What the records are.",
            type=click.Choice(["auto", "jsonl", "csv", "tsv", "lines", "null"]),
            default="auto",
            env=False,
            metavar="FORMAT",
            help="What the records are: JSON objects or strings a line, tables with a header, lines, or texts between"
            " NULs.  [default: auto, by the file's name or how it begins]",
        ),
        Option(
            ["-0", "--null", "input"],
            group=INPUT,
            env=False,
            flag_value="null",
            help="The same as --input null, for find -print0.",
        ),
        Option(
            ["--strict/--no-strict"],
            group=INPUT,
            env=False,
            default=False,
            help="Stop at the first bad line; otherwise it is a record that failed.",
        ),
        Option(
            ["--limit"],
            group=INPUT,
            env=False,
            type=click.IntRange(min=1),
            metavar="N",
            help="Ask the first N records only.",
        ),
        Option(
            ["--sample"],
            group=INPUT,
            env=False,
            type=click.IntRange(min=1),
            metavar="N",
            help="Ask N records drawn by chance, the same ones each time.",
        ),
        Option(
            ["--seed"],
            group=INPUT,
            env=False,
            type=click.IntRange(min=0),
            default=0,
            metavar="N",
            help="Draw other ones.  [default: 0]",
        ),
        Option(
            ["--shard"],
            group=INPUT,
            env=False,
            metavar="I/N",
            help="Ask of every N records the I-th only.",
        ),
    ]


def line_options() -> list[click.Parameter]:
    """What is written for each record, and where."""
    return [
        Option(
            ["-o", "--output", "map_output"],
            group=OUTPUT,
            brief="Write the lines to FILE.",
            env=False,
            metavar="FILE",
            help="Write the lines to FILE instead of stdout.",
        ),
        Option(
            ["--resume", "goes_on"],
            group=OUTPUT,
            brief="Ask only what FILE has no line of.",
            env=False,
            is_flag=True,
            help="Go on with FILE: ask only what it has no line of yet.",
        ),
        Option(
            ["--retry-failed"],
            group=OUTPUT,
            brief="And ask anew what failed.",
            env=False,
            is_flag=True,
            help="Go on with FILE, and ask again what failed.",
        ),
        Option(
            ["--force", "any_template"],
            group=OUTPUT,
            env=False,
            is_flag=True,
            help="Go on with FILE although it was made with another template or options.",
        ),
        Option(
            ["--unordered/--ordered", " /-k"],
            group=OUTPUT,
            env=False,
            default=False,
            help="Write lines as records end, not in the order of the input.  [default: ordered]",
        ),
        Option(
            ["--format", "map_format"],
            group=OUTPUT,
            env=False,
            type=click.Choice(["jsonl", "text"]),
            default="jsonl",
            help="What is written for each record: a JSON line, or the answer's text.  [default: jsonl]",
        ),
        Option(
            ["--text"],
            group=OUTPUT,
            brief="Write TEMPLATE for each, not JSON.",
            env=False,
            metavar="TEMPLATE",
            help="Write this for each record, such as '{id}\\t{content}'; implies --format text.",
        ),
        Option(
            ["--progress"],
            group=OUTPUT,
            type=click.FloatRange(min=0),
            metavar="SECONDS",
            help="Tell every so often on stderr how far it is; 0 shows no bar either.  [default: a bar on a terminal]",
        ),
    ]


def run_options() -> list[click.Parameter]:
    """How many at a time, and when to stop."""
    return [
        Option(
            ["-j", "--jobs"],
            group=RUN,
            brief="Ask N at a time.",
            type=click.IntRange(1, 1024),
            default=8,
            metavar="N",
            help="Ask N at a time; fewer while the server says that it is too many.  [default: 8]",
        ),
        Option(
            ["--halt"],
            group=RUN,
            brief="Stop when so many failed.",
            env=False,
            metavar="fail=N|fail=N%",
            help="Begin no further record when N, or N percent of them, have failed.  [default: never]",
        ),
        Option(
            ["--max-tokens-total"],
            group=RUN,
            env=False,
            type=click.IntRange(min=1),
            metavar="N",
            help="Begin no further record when N tokens are used up.",
        ),
        Option(
            ["--dry-run"],
            group=RUN,
            brief="Print the first bodies, send nothing.",
            env=False,
            is_flag=True,
            help="Print the first three request bodies, tell about how many tokens all have, and send nothing.",
        ),
    ]


def choice_of(params: Mapping[str, Any]) -> Choice:
    """Which records are asked."""
    from dsk.map.choosing import Choice, parse_shard

    shard = parse_shard(params["shard"]) if params["shard"] else (1, 1)
    return Choice(shard, params["sample"], params["seed"], params["limit"])


def halting_of(params: Mapping[str, Any]) -> Halting:
    """When no further record is begun."""
    from dsk.map.halting import Halting, parse_halt

    failures, share = parse_halt(params["halt"]) if params["halt"] else (None, None)
    return Halting(failures, share, params["max_tokens_total"])


def text_of_lines(params: Mapping[str, Any]) -> str | None:
    """The template of lines of text; None for JSON. Raises ``UsageFault``."""
    from dsk.map.texts import DEFAULT, TextLines

    text: str | None = params["text"] or (DEFAULT if params["map_format"] == "text" else None)
    if text is not None:
        TextLines(text)
    if text is not None and goes_on(params):
        raise UsageFault("--resume with lines of text", "they do not tell which record is whose", hint="use JSON lines")
    return text


def goes_on(params: Mapping[str, Any]) -> bool:
    """Whether to go on with the output file. Raises ``UsageFault`` if there is none."""
    wish = next((name for name in WISHES if params[name]), None)
    if wish and not output_of(params):
        raise UsageFault(f"--{WISHES[wish]}", "there is no file to go on with", hint="-o FILE names one")
    if wish == "any_template":
        raise UsageFault("--force", "it goes with --resume or --retry-failed", hint="add one of these, or leave it out")
    return wish is not None


def output_of(params: Mapping[str, Any]) -> str | None:
    """The output file; None for stdout."""
    path: str | None = params["map_output"]
    return None if path == "-" else path
