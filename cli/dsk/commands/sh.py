"""``dsk sh``: a shell command for what was said, run only after a yes."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import TYPE_CHECKING, Any

import click

from dsk.commands.command import Command, Job
from dsk.commands.option import Option, sources
from dsk.commands.options.keeping import log_option
from dsk.commands.options.network import network_options, network_settings
from dsk.commands.options.output import output_options
from dsk.commands.options.prompt import PROMPT, from_template, prompt_options, template_settings
from dsk.commands.options.request import request_options, request_settings, showing_options
from dsk.errors import UsageFault

if TYPE_CHECKING:
    from click.shell_completion import CompletionItem

    from dsk.output.settings import ReasoningMode

TEMPLATE = "shell"
ADVICE = 'say what the command is to do: dsk sh "find files over 1 GB"'
PROMPT_OPTIONS = ("file", "ignore_stdin")
REQUEST_OPTIONS = ("model", "think", "effort", "temperature", "top_p", "max_tokens", "user_id", "set", "dry_run")
OUTPUT_OPTIONS = ("reasoning", "usage", "color")

HELP = """Propose a shell command that does what WORDS say; on a terminal run it, if you say so.

\b
    dsk sh "find files over 1 GB"
    ls | dsk sh "rename these to lower case" | tee rename.sh
"""


class ShCommand(Command):
    """A command that always asks by its template."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Parse argv, with the options of the template below flags and environment."""
        # Nobody looked at the config file: help is what is asked for.
        if ctx.default_map is not None:
            from dsk.commands.overlay import lay_over

            lay_over(ctx, TEMPLATE)
        return super().parse_args(ctx, args)


def _sh(**params: Any) -> Job:
    import os

    from dsk.jobs.asking import AskSettings
    from dsk.jobs.settings import Sending, Stops
    from dsk.jobs.sh.proposing import propose
    from dsk.jobs.sh.this_system import this_system
    from dsk.output.extraction import Extraction
    from dsk.output.settings import OutputSettings
    from dsk.prompt.settings import PromptSettings

    ctx = click.get_current_context()
    system = this_system(os.environ)
    template = template_settings(ctx)
    assert template
    facts = (f"shell={system.name}", f"os={system.os}")
    origins = sources(ctx)
    settings = AskSettings(
        prompt=PromptSettings(
            words=params["words"],
            files=params["file"],
            ignore_stdin=params["ignore_stdin"],
            template=template._replace(common=(*facts, *template.common), advice=ADVICE),
        ),
        request=request_settings(params),
        from_file=frozenset(name for name, origin in origins.items() if origin == "file"),
        from_environment=frozenset(name for name, origin in origins.items() if origin == "environment"),
        from_template=from_template(ctx),
        sending=Sending(
            command="sh",
            network=network_settings(params, origins),
            output=OutputSettings(
                reasoning=_reasoning(params["reasoning"], origins["reasoning"]),
                usage=params["usage"],
                color=params["color"],
                extract=Extraction("command"),
            ),
            stops=Stops(first_block=True),
            log=params["log"],
        ),
        wish=None,
        show="body" if params["dry_run"] else None,
    )
    return partial(propose, settings, system)


def _reasoning(mode: ReasoningMode, origin: str) -> ReasoningMode:
    if mode == "only" and origin == "flag":
        raise UsageFault("--reasoning only", "a command is what is wanted", hint="--reasoning show shows it on stderr")
    # From elsewhere it is said of answers.
    return "auto" if mode == "only" else mode


def _complete_param(_ctx: click.Context, _param: click.Parameter, incomplete: str) -> list[CompletionItem]:
    from dsk.commands.template_names import params

    return params(TEMPLATE, incomplete)


def _chosen(options: Sequence[click.Parameter], names: Sequence[str]) -> list[click.Parameter]:
    return [option for option in options if option.name in names]


COMMAND = ShCommand(
    "sh",
    _sh,
    [
        click.Argument(["words"], nargs=-1),
        *_chosen(prompt_options(), PROMPT_OPTIONS),
        Option(
            ["-p", "--param"],
            group=PROMPT,
            env=False,
            multiple=True,
            metavar="K=V|K=@FILE",
            shell_complete=_complete_param,
            help="Give a param of the template its value, such as shell=fish or os=FreeBSD. Repeat for more.",
        ),
        *_chosen([*request_options(), *showing_options()], REQUEST_OPTIONS),
        *_chosen(output_options(), OUTPUT_OPTIONS),
        log_option(),
        *network_options(),
    ],
    HELP,
    uses_defaults=True,
)
