"""That only the code in the answer is wanted."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import click

from dsk.commands.option import Option
from dsk.errors import UsageFault

if TYPE_CHECKING:
    from dsk.output.extraction import Extraction

OUTPUT = "Output"


def extract_options() -> list[click.Parameter]:
    """Which blocks of code are written, and where to."""
    return [
        Option(
            ["-x", "--extract", "extract"],
            group=OUTPUT,
            env=False,
            flag_value="first",
            help="Write only the code of the first fenced block, as it arrives, and end the answer there.",
        ),
        Option(
            ["-X", "--extract-all", "extract"],
            group=OUTPUT,
            env=False,
            flag_value="all",
            help="Write only the code of all fenced blocks, as it arrives.",
        ),
        Option(
            ["--into"],
            group=OUTPUT,
            metavar="DIR",
            help="Write each block of code to a file in DIR, under the name that the answer gives it.",
        ),
        Option(
            ["--force/--no-force"],
            group=OUTPUT,
            default=False,
            help="Let --into replace files.  [default: no-force]",
        ),
    ]


def extraction(params: Mapping[str, Any]) -> Extraction | None:
    """What is to be extracted, among a command's values. Raises ``UsageFault`` if something else is to be written."""
    which, into = params.get("extract"), params.get("into")
    if which is None and into is None:
        return None
    name = {"first": "-x", "all": "-X", None: "--into"}[which]
    if params["format"] != "text":
        raise UsageFault(f"{name} and --{params['format']}", "code is text", hint="leave one of them out")
    if params["reasoning"] == "only":
        raise UsageFault(
            f"{name} and --reasoning only", "code is looked for in the answer", hint="leave one of them out"
        )
    if into is not None and params["output"] not in (None, "-"):
        raise UsageFault("--into and --output", "the code goes to one place", hint="leave one of them out")
    from dsk.output.extraction import Extraction

    return Extraction(which or "all", into, params["force"])
