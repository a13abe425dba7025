"""``dsk serve``: the scripted endpoint, for other people's scripts and tests."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any

import click

from dsk.commands.command import Command, Job
from dsk.commands.option import Option
from dsk.errors import UsageFault

if TYPE_CHECKING:
    from click.shell_completion import CompletionItem

    from dsk.scripted.faults import Fault

LISTEN = "Listen"
ANSWER = "Answer"
TIMING = "Timing"
TROUBLE = "Trouble"
RUN = "Run"

HELP = """Run a scripted endpoint that speaks the DeepSeek API: no key, no network, no model.

Its base URL is the first line of stdout as soon as it listens. It runs until it is ended.

\b
    dsk serve --port 8080 --text "Hello." --pace 20
    dsk serve --fault 429x2 --fault drop-after=20x1
"""

FAULTS_HEADING = "Faults, as NAME[=ARG][xTIMES]; SECONDS are sent as Retry-After"


class ServeCommand(Command):
    """The long help lists the faults too."""

    def help_text(self, ctx: click.Context, *, brief: bool) -> str:
        """The help as of any command; the faults stand before its last paragraph."""
        text = super().help_text(ctx, brief=brief)
        if brief:
            return text
        from dsk.scripted.faults import KINDS

        formatter = ctx.make_formatter()
        with formatter.section(FAULTS_HEADING):
            formatter.write_dl([(kind.usage, kind.help) for kind in KINDS.values()])
        body, _, last = text.rpartition("\n\n")
        return f"{body}\n\n{formatter.getvalue()}\n{last}"


def _options() -> list[click.Parameter]:
    # None of these is read from the environment: DSK_REASONING and DSK_FIRST_TOKEN are options of dsk ask.
    def option(*decls: str, **kw: Any) -> Option:
        return Option(decls, env=False, **kw)

    return [
        option(
            "--port",
            group=LISTEN,
            brief="Listen on this port.",
            type=click.IntRange(0, 65535),
            default=0,
            metavar="N",
            help="Listen on this port.  [default: 0, any free one]",
        ),
        option(
            "--host",
            group=LISTEN,
            default="127.0.0.1",
            metavar="ADDRESS",
            help="Listen on this address; others than loopback are warned of.  [default: 127.0.0.1]",
        ),
        option(
            "--base-path",
            may_be_empty=True,
            group=LISTEN,
            default="",
            metavar="PATH",
            callback=_check_base_path,
            help="Answer only below this path, such as /v1.",
        ),
        option(
            "--text",
            may_be_empty=True,
            group=ANSWER,
            brief="Answer this instead of a story.",
            multiple=True,
            metavar="TEXT|@FILE",
            help="Answer this instead of a story. Repeat for one answer after another; the last is repeated.",
        ),
        option(
            "--echo",
            group=ANSWER,
            brief="Answer the last user message.",
            is_flag=True,
            help="Answer the last user message.",
        ),
        option(
            "--reply",
            group=ANSWER,
            brief="Read the answers from FILE.",
            metavar="FILE",
            help="Read the answers from FILE: a JSON object a line, with text, tool_calls, status, ...",
        ),
        option(
            "--recording",
            group=ANSWER,
            brief="Answer the SSE stream in FILE.",
            multiple=True,
            metavar="FILE",
            help="Answer the SSE stream in FILE, as it is. Repeat for one after another; the last is repeated.",
        ),
        option(
            "--reasoning",
            may_be_empty=True,
            group=ANSWER,
            metavar="TEXT|@FILE",
            help="Reason like this where thinking is on; an empty TEXT not at all.",
        ),
        option(
            "--pace",
            group=TIMING,
            brief="Answer at N tokens a second.",
            type=click.FloatRange(min=0),
            default=0.0,
            metavar="N",
            help="Answer at N tokens a second.  [default: 0, as fast as it goes]",
        ),
        option(
            "--first-token",
            group=TIMING,
            type=click.FloatRange(min=0),
            default=0.0,
            metavar="SECONDS",
            help="Wait this long before the first token.  [default: 0]",
        ),
        option(
            "--keep-alive",
            group=TIMING,
            type=click.IntRange(min=0),
            default=0,
            metavar="N",
            help="Send N signs of life before the first token: comments, or empty lines.  [default: 0]",
        ),
        option(
            "--fault",
            group=TROUBLE,
            brief="Show a fault, such as drop-after=20.",
            multiple=True,
            metavar="FAULT",
            callback=_parse_faults,
            shell_complete=_complete_fault,
            help="Show a fault, listed below, such as 429x2 or drop-after=20. Repeat for more.",
        ),
        option("--require-key", group=TROUBLE, is_flag=True, help="Refuse requests without a key (401)."),
        option("--strict", group=TROUBLE, is_flag=True, help="Refuse models that DeepSeek does not have (400)."),
        option(
            "--max-requests",
            group=RUN,
            brief="Exit when N requests have been answered.",
            type=click.IntRange(min=1),
            metavar="N",
            help="Exit when N requests have been answered.",
        ),
        option(
            "--log",
            group=RUN,
            metavar="FD|FILE",
            help="Write a JSON line for each request to an open descriptor or a file; keys are left out.",
        ),
    ]


def _complete_fault(_ctx: click.Context, _param: click.Parameter, incomplete: str) -> list[CompletionItem]:
    from click.shell_completion import CompletionItem

    from dsk.scripted.faults import KINDS

    found = [kind for kind in KINDS.values() if kind.name.startswith(incomplete)]
    return [
        CompletionItem(kind.name, help=f"{kind.usage}: {kind.help}" if kind.argument else kind.help) for kind in found
    ]


def _parse_faults(_ctx: click.Context, _param: click.Parameter, value: tuple[str, ...]) -> tuple[Fault, ...]:
    from dsk.scripted.faults import parse_fault

    try:
        return tuple(map(parse_fault, value))
    except ValueError as error:
        raise UsageFault(f"--fault: {error}", hint="dsk serve --help lists the faults") from error


def _check_base_path(_ctx: click.Context, _param: click.Parameter, value: str) -> str:
    from dsk.prompt.text import argument

    path = argument(value, "--base-path").rstrip("/")
    if path and not path.startswith("/"):
        raise UsageFault(f"--base-path {value!r} does not begin with a slash", hint=f"as in --base-path /{value}")
    return path


def _serve(**params: Any) -> Job:
    from dsk.jobs.serving import ServeSettings, serve

    kinds = [f"--{name}" for name in ("text", "echo", "reply", "recording") if params[name]]
    if len(kinds) > 1:
        raise UsageFault(
            f"{' and '.join(kinds)} exclude each other", "each says what is answered", hint="leave one of them out"
        )
    if params["reasoning"] is not None and kinds and kinds[0] in ("--reply", "--recording"):
        raise UsageFault(
            f"--reasoning and {kinds[0]} exclude each other",
            "the file says what is reasoned",
            hint="leave one of them out",
        )
    return partial(serve, ServeSettings(**params))


COMMAND = ServeCommand("serve", _serve, _options(), HELP)
