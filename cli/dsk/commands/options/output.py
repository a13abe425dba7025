"""What is done with the answer."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import click

from dsk.commands.option import Option
from dsk.commands.options.extracting import extraction

if TYPE_CHECKING:
    from dsk.output.settings import OutputSettings

OUTPUT = "Output"
SHOWN = ("reasoning", "usage", "escapes", "color", "markdown")
ON_OFF = click.Choice(["auto", "always", "never"])


def output_options() -> list[click.Parameter]:
    """What is done with the answer."""
    return [
        Option(
            ["--format", "format"],
            group=OUTPUT,
            type=click.Choice(["text", "raw", "json", "jsonl"]),
            default="text",
            help="What is written: text, raw SSE frames, one JSON object, or a JSON line an event.  [default: text]",
        ),
        Option(
            ["--raw", "format"],
            group=OUTPUT,
            brief="The SSE frames as the server sent them.",
            env=False,
            flag_value="raw",
            help="The SSE frames, byte for byte as the server sent them.",
        ),
        Option(
            ["--json", "format"],
            group=OUTPUT,
            brief="One JSON object at the end.",
            env=False,
            flag_value="json",
            help="One JSON object at the end.",
        ),
        Option(
            ["--jsonl", "format"],
            group=OUTPUT,
            env=False,
            flag_value="jsonl",
            help="One JSON object per event, as it arrives.",
        ),
        Option(
            ["-o", "--output"],
            group=OUTPUT,
            brief="Write the answer to FILE.",
            metavar="FILE",
            help="Write the answer to FILE instead of stdout, as it arrives.",
        ),
        Option(
            ["--newline/--no-newline"],
            group=OUTPUT,
            default=True,
            help="End a complete answer with a newline if it has none.  [default: newline]",
        ),
        Option(
            ["--reasoning"],
            group=OUTPUT,
            type=click.Choice(["auto", "show", "hide", "only"]),
            default="auto",
            help="Where reasoning goes: to stderr if that is a terminal, always to stderr, nowhere, or to stdout"
            " in place of the answer.  [default: auto]",
        ),
        Option(
            ["-R", "--hide-reasoning", "reasoning"],
            group=OUTPUT,
            env=False,
            flag_value="hide",
            help="Do not show reasoning.",
        ),
        Option(
            ["--reasoning-to"],
            group=OUTPUT,
            metavar="FD|FILE",
            help="Write the reasoning to an open descriptor or a file.",
        ),
        Option(
            ["--events-to"],
            group=OUTPUT,
            metavar="FD|FILE",
            help="Write every event as a JSON line to an open descriptor or a file.",
        ),
        Option(
            ["--usage-to"],
            group=OUTPUT,
            metavar="FD|FILE",
            help="Write the usage as a JSON line to an open descriptor or a file.",
        ),
        Option(
            ["-u", "--usage/--no-usage"],
            group=OUTPUT,
            brief="Token counts and times on stderr.",
            default=False,
            help="Write one line with token counts and times to stderr.",
        ),
        Option(
            ["-w", "--write-out"],
            group=OUTPUT,
            metavar="FORMAT|@FILE",
            may_be_empty=True,
            callback=_check_write_out,
            help="Write FORMAT to stderr at the end, as curl does: %{ttft} %{tokens} %{finish} %{json} ...",
        ),
        Option(
            ["--escapes"],
            group=OUTPUT,
            type=click.Choice(["auto", "show", "strip", "raw"]),
            default="auto",
            help="What becomes of the model's control characters: shown as text, removed, or left as they are."
            "  [default: show on a terminal, raw elsewhere]",
        ),
        Option(
            ["--markdown"],
            group=OUTPUT,
            type=ON_OFF,
            default="auto",
            help="When to show the answer as rendered Markdown.  [default: on a terminal]",
        ),
        Option(
            ["--color"],
            group=OUTPUT,
            type=ON_OFF,
            default="auto",
            help="When to use colour.  [default: auto]",
        ),
    ]


def shown_options() -> list[click.Parameter]:
    """Those of them that say how an answer is shown on a terminal."""
    return [option for option in output_options() if option.name in SHOWN]


def output_settings(params: Mapping[str, Any]) -> OutputSettings:
    """The output settings among a command's values. Raises ``UsageFault`` for what goes to no place together."""
    from dsk.output.settings import OutputSettings

    values = {name: params[name] for name in OutputSettings._fields if name in params}
    settings = OutputSettings(**(values | {"extract": extraction(params)}))
    if settings.reasoning_to is not None:
        from dsk.output.checking import check_reasoning

        check_reasoning(settings)
    return settings


def json_option(text: str, *, brief: str = "") -> click.Parameter:
    """``--json`` for commands that print something else otherwise; ``brief`` is the text of the short help, if that is
    another one."""
    return Option(["--json", "as_json"], group=OUTPUT, brief=brief or text, env=False, is_flag=True, help=text)


def _check_write_out(_ctx: click.Context, _param: click.Parameter, value: str | None) -> str | None:
    if value is not None:
        from dsk.output.write_out import check_format

        return check_format(value)
    return None
