"""What is asked: all but the words themselves."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import click

from dsk.commands.option import Option

if TYPE_CHECKING:
    from dsk.prompt.settings import PromptSettings

PROMPT = "Prompt"


def prompt_options() -> list[click.Parameter]:
    """What the prompt is made of."""
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


def prompt_settings(params: Mapping[str, Any]) -> PromptSettings:
    """The prompt settings among a command's values; its argument ``prompt`` has the words."""
    from dsk.prompt.settings import PromptSettings

    return PromptSettings(
        words=params["prompt"],
        files=params["file"],
        system=params["system"],
        editor=params["editor"],
        ignore_stdin=params["ignore_stdin"],
    )
