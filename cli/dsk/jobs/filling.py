"""The job of ``dsk fim``: the text around the cursor to a body, the body to the server, what is missing to stdout."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from typing import TYPE_CHECKING, Any, Literal

from dsk.errors import Status, UsageFault
from dsk.exchange.question import Question
from dsk.jobs.connecting import way_to
from dsk.jobs.delivering import deliver
from dsk.jobs.settings import FromTemplate
from dsk.jobs.settling import settle_request, settle_server
from dsk.output.notes import warn
from dsk.prompt.cursor import nearest
from dsk.prompt.gap import file_of, read_gap
from dsk.records import NamedTuple
from dsk.request.body import encode
from dsk.request.fim import MOST_TOKENS, build_fim
from dsk.state.config import load

if TYPE_CHECKING:
    from dsk.jobs.settings import Sending
    from dsk.jobs.settling import Server
    from dsk.output.edit import Edit
    from dsk.prompt.cursor import Gap
    from dsk.prompt.gap import GapSettings
    from dsk.request.options import RequestOptions
    from dsk.state.config import Config
    from dsk.world import World


class FimSettings(NamedTuple):
    """What ``fim`` was told. At most ``context`` characters around the cursor are sent; ``origins`` says of each
    parameter where its value came from; ``show`` asks for the body or the curl command in place of an answer."""

    gap: GapSettings
    context: int
    request: RequestOptions
    origins: Mapping[str, str]
    sending: Sending
    prints_edit: bool
    show: Literal["body", "curl"] | None


def fim(settings: FimSettings, world: World) -> Status:
    """Ask for what belongs at the cursor; the status of the answer."""
    config = load(world.env)
    sending = settings.sending
    server = settle_server(sending.network, config, world.env)
    options, warnings = _options(settings, config, server)
    made_of = partial(build_fim, options=options, is_deepseek=server.is_deepseek, usage=sending.output.wants_usage)
    file = file_of(settings.gap, world)
    _check_output(file, sending.output.output)
    # What no text could be sent with has to be known before one is waited for.
    fields = made_of("", "").fields
    if settings.prints_edit:
        _check_edit(file, fields)
    leads_away = not (settings.show or sending.network.offline)
    connecting = way_to(server, sending, world) if leads_away else None
    gap = read_gap(settings.gap, world, connecting.begin if connecting else lambda: None)
    near = nearest(gap, settings.context)
    body = made_of(near.before, near.after)
    warnings = [*warnings, *body.warnings]
    if settings.prints_edit and file is not None:
        sending = sending._replace(output=sending.output._replace(edit=_edit(gap, file)))
    warn(warnings, world)
    if settings.show:
        from dsk.jobs.showing import show_request

        show_request(settings.show, body.fields, server, sending, world)
        return Status.OK
    return deliver(Question(encode(body.fields), body.fields), server, sending, world, warnings, connecting)


def _options(settings: FimSettings, config: Config, server: Server) -> tuple[RequestOptions, list[str]]:
    """The options of the body, and what to say of them: a token limit that is meant for chats is lessened to what
    there may be."""

    def values_from(origin: str) -> frozenset[str]:
        return frozenset(name for name, found in settings.origins.items() if found == origin)

    options, warnings = settle_request(
        settings.request, values_from("file"), values_from("environment"), FromTemplate(), config, server
    )
    limit = options.max_tokens
    if limit is None or limit <= MOST_TOKENS or not server.is_deepseek:
        return options, warnings
    if settings.origins["max_tokens"] == "flag":
        raise UsageFault(
            f"--max-tokens {limit}",
            f"DeepSeek fills in at most {MOST_TOKENS} tokens",
            hint="--continue-on-length goes past it",
        )
    return options._replace(max_tokens=MOST_TOKENS), warnings


def _check_output(file: str | None, output: str | None) -> None:
    """Raise ``UsageFault`` if the answer would take the place of the text that it is for."""
    if file is None or output in (None, "-"):
        return
    from dsk.output.opening import place_of

    if place_of(str(output)) == place_of(file):
        hint = "--print-edit | patch puts the answer into it"
        raise UsageFault(f"--output {output}", "it is the file that has the cursor", hint=hint)


def _check_edit(file: str | None, fields: Mapping[str, Any]) -> None:
    """Raise ``UsageFault`` if the answer cannot be a diff of the file."""
    if file is None:
        raise UsageFault("--print-edit", "stdin has no file's name", hint="--name gives it one")
    if fields.get("echo"):
        raise UsageFault(
            "--print-edit and --set echo", "the answer would repeat the text before it", hint="leave one of them out"
        )


def _edit(gap: Gap, file: str) -> Edit:
    from dsk.output.edit import Edit

    before, after, mark = gap
    return Edit(_from_here(file), before, mark, after)


def _from_here(file: str) -> str:
    """The file's path from the working directory if it is in it, else that from the root without its slash: what
    patch and git take there, who follow no links and touch nothing outside of the folder that they run in."""
    import os

    real = os.path.realpath(file)
    path = os.path.relpath(real)
    return (real if path.startswith(os.pardir + os.sep) else path).lstrip("/")
