"""Programs that the model may call."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import click

from dsk.commands.option import Option

if TYPE_CHECKING:
    from dsk.jobs.settings import ToolSettings

TOOL = "Tool"
TIMEOUT, MAX_TURNS = 60.0, 20


def tool_options() -> list[click.Parameter]:
    """Which tools there are, and what they may do."""
    return [
        Option(
            ["--tool"],
            group=TOOL,
            multiple=True,
            env=False,
            metavar="FILE",
            help="Let the model call this program: see dsk-tools(7). Repeat for more.",
        ),
        Option(
            ["--tools"],
            group=TOOL,
            multiple=True,
            env=False,
            metavar="DIR",
            help="Let it call all programs of a folder. Repeat for more.",
        ),
        Option(
            ["--allow-tool"],
            group=TOOL,
            multiple=True,
            env=False,
            metavar="NAME",
            help="Run the calls of this tool without asking. Repeat for more.",
        ),
        Option(
            ["--tool-timeout"],
            group=TOOL,
            type=click.FloatRange(min=0, min_open=True),
            default=TIMEOUT,
            metavar="SECONDS",
            help=f"End a call that takes longer.  [default: {TIMEOUT:g}]",
        ),
        Option(
            ["--max-turns"],
            group=TOOL,
            type=click.IntRange(min=1),
            default=MAX_TURNS,
            metavar="N",
            help=f"Give the model results N times at most.  [default: {MAX_TURNS}]",
        ),
    ]


def tool_settings(params: Mapping[str, Any], origins: Mapping[str, str]) -> ToolSettings | None:
    """The tools among a command's values; None if there are none. Raises ``UsageFault`` for what needs some.

    ``origins`` is what ``option.sources`` gives: a name in the config file is allowed wherever there is such a tool.
    """
    is_meant = origins["allow_tool"] == "flag"
    if not (params["tool"] or params["tools"]):
        if params["allow_tool"] and is_meant:
            from dsk.errors import UsageFault

            raise UsageFault(f"--allow-tool {params['allow_tool'][0]}", "there are no tools", hint="--tool names one")
        return None
    from dsk.jobs.settings import ToolSettings

    return ToolSettings(
        params["tool"],
        params["tools"],
        params["allow_tool"],
        is_meant,
        params["tool_timeout"],
        params["max_turns"],
    )
