"""What is asked: all but the words themselves."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import click

from dsk.commands.option import TEMPLATE, Option
from dsk.errors import UsageFault

if TYPE_CHECKING:
    from click.shell_completion import CompletionItem

    from dsk.jobs.settings import FromTemplate
    from dsk.prompt.settings import PromptSettings, TemplateSettings

PROMPT = "Prompt"


def prompt_options() -> list[click.Parameter]:
    """What the prompt is made of."""
    return [
        Option(
            ["-f", "--file"],
            group=PROMPT,
            brief="Put files or images before the prompt.",
            env=False,
            multiple=True,
            metavar="PATH|URL|-",
            help="Put a text file or an image before the prompt, under its name; or the text files of a folder or of a"
            " pattern such as 'src/**/*.py'. Repeat for more.",
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
            ["-t", "--template"],
            group=PROMPT,
            brief="A prompt that is kept in a file.",
            metavar="NAME|PATH",
            may_be_empty=True,
            is_eager=True,
            callback=_open_template,
            shell_complete=_complete_template,
            help="Take prompt, system message and options from a template; dsk template list shows them.",
        ),
        Option(
            ["-p", "--param"],
            group=PROMPT,
            env=False,
            multiple=True,
            metavar="K=V|K=@FILE",
            shell_complete=_complete_param,
            help="Give a param of the template its value. Repeat for more.",
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
            default=None,
            help="Do not read stdin (DSK_STDIN=ignore does the same).",
        ),
    ]


def image_option() -> click.Parameter:
    """How closely the images among the files are looked at."""
    return Option(
        ["--image-detail"],
        group=PROMPT,
        type=click.Choice(["low", "high", "original", "auto"]),
        help="How closely the model is to look at images.  [default: the server's]",
    )


def prompt_settings(params: Mapping[str, Any]) -> PromptSettings:
    """The prompt settings among a command's values; its argument ``prompt`` has the words."""
    from dsk.prompt.settings import PromptSettings

    return PromptSettings(
        words=params["prompt"],
        files=params["file"],
        system=params["system"],
        editor=params["editor"],
        ignore_stdin=params["ignore_stdin"],
        image_detail=params.get("image_detail"),
    )


def template_settings(ctx: click.Context) -> TemplateSettings | None:
    """The template that was asked for, and the values for its params.

    Raises ``UsageFault`` if there are values and no template.
    """
    from click.core import ParameterSource

    is_given = ctx.get_parameter_source("param") is ParameterSource.COMMANDLINE
    given = ctx.params["param"] if is_given else ()
    if TEMPLATE not in ctx.meta:
        if given:
            raise UsageFault(f"--param {given[0]}", "no template is named", hint="-t names one")
        return None
    from dsk.prompt.settings import TemplateSettings

    template = ctx.meta[TEMPLATE].template
    common = (ctx.default_map or {}).get("param", ())
    return TemplateSettings(
        template.name, template.system, template.prompt, template.params, tuple(given), tuple(common)
    )


def from_template(ctx: click.Context) -> FromTemplate:
    """The values that the template's [options] gave."""
    from dsk.jobs.settings import FromTemplate

    overlay = ctx.meta.get(TEMPLATE)
    return FromTemplate(frozenset(overlay.options), overlay.place) if overlay else FromTemplate()


def _open_template(ctx: click.Context, _param: click.Parameter, value: str | None) -> str | None:
    # Nobody looked at the config file: help is what is asked for.
    if value and ctx.default_map is not None and not ctx.resilient_parsing:
        from dsk.commands.overlay import lay_over

        lay_over(ctx, value)
    return value


def _complete_template(_ctx: click.Context, _param: click.Parameter, incomplete: str) -> list[CompletionItem]:
    from dsk.commands.template_names import templates

    return templates(incomplete)


def _complete_param(ctx: click.Context, _param: click.Parameter, incomplete: str) -> list[CompletionItem]:
    import os

    from dsk.commands.template_names import params

    return params(ctx.params.get("template") or os.environ.get("DSK_TEMPLATE"), incomplete)
