"""The job of ``dsk ask``: prompt and options to a body, the body to the server, the answer to stdout."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any, Literal

from dsk.errors import Status, UsageFault
from dsk.jobs.settling import Server, settle_clocks, settle_request, settle_server
from dsk.jobs.system import settle_system
from dsk.output.notes import note, warn
from dsk.prompt.compose import compose, split_system
from dsk.prompt.settings import PromptSettings
from dsk.records import NamedTuple
from dsk.request.options import RequestOptions
from dsk.state.config import load

if TYPE_CHECKING:
    from collections.abc import Callable

    from dsk.exchange.source import Listener
    from dsk.jobs.connecting import Connecting
    from dsk.jobs.settings import FromTemplate, Sending, ToolSettings, Wish
    from dsk.state.log.rows import NewTurn
    from dsk.wire.settings import NetworkSettings
    from dsk.world import World


class AskSettings(NamedTuple):
    """What ``ask`` was told. ``from_file`` names the values that came from [defaults], ``from_environment`` those of
    variables, ``from_template`` those of the template; ``wish`` says which session it belongs to, None to none;
    ``show`` asks for the body or the curl command in place of an answer; ``tools`` may be called."""

    prompt: PromptSettings
    request: RequestOptions
    from_file: frozenset[str]
    from_environment: frozenset[str]
    from_template: FromTemplate
    sending: Sending
    wish: Wish | None
    show: Literal["body", "curl"] | None
    tools: ToolSettings | None = None


def ask(settings: AskSettings, world: World, listener: Listener | None = None) -> Status:
    """Ask one question; the status of its answer. ``listener`` is told of it as well."""
    held = None
    if settings.wish and settings.wish.is_old:
        from dsk.jobs.holding import hold

        held = hold(settings, settings.wish, world)
        settings = held.settings if held else settings
    wanted = None
    if settings.request.schema:
        from dsk.jobs.demanding import check_beside, read_wanted

        check_beside(settings.request)
        wanted = read_wanted(settings.request.schema)
        if settings.sending.output.extract:
            raise UsageFault(
                "--schema and --extract", "what fits a schema has no code in fences", hint="leave one of them out"
            )
    config = load(world.env)
    server = settle_server(settings.sending.network, config, world.env)
    tools = None
    if settings.tools:
        from dsk.jobs.tool_turns import open_tools

        tools = open_tools(settings, settings.tools, server.profile, world)
        settings = settings._replace(request=settings.request._replace(functions=tools.functions))
    settled = settle_request(
        settings.request, settings.from_file, settings.from_environment, settings.from_template, config, server
    )
    beginning = None
    if settled.options.prefix is not None or settled.options.reasoning_prefix is not None:
        from dsk.jobs.beginning import given_beginning

        beginning = given_beginning(settled.options, server)
    prompt = settle_system(settings.prompt, settings.from_file, config, server, world.env)
    prompt = prompt._replace(lists_files=settings.show is not None)
    network = settings.sending.network
    # With a cache no connection is begun before that has been asked.
    is_patient = settings.show or network.offline or settings.sending.cache
    connecting = None if is_patient else _connecting(server, settings.sending, world)
    messages = compose(
        prompt,
        world,
        fetcher(network),
        lambda text: note(text, world),
        connecting.begin if connecting else lambda: None,
    )
    # From here on the connection is on its way, as a rule.
    from dsk.request.body import build, encode

    if beginning:
        messages = [*messages, beginning]
    turn: Callable[[], NewTurn] | None = partial(_first_turn, messages, world) if settings.wish else None
    if held:
        messages, turn, said = held.join(messages, settled.options, server)
        settled.warnings.extend(said)
    # What is kept tells the token counts to whoever asks for them later.
    wants_usage = settings.sending.output.wants_usage or settings.sending.cache is not None
    body = build(messages, settled.options, is_deepseek=server.is_deepseek, usage=wants_usage)
    if wanted:
        from dsk.jobs.demanding import with_schema

        body = body._replace(fields=with_schema(body.fields, wanted, server))
    warnings = [*settled.warnings, *body.warnings]
    if settings.prompt.image_detail and _is_flag("image_detail", settings) and not _has_images(messages):
        warnings.append("--image-detail has no effect: there is no image")
    warn(warnings, world)
    if settings.show:
        from dsk.jobs.showing import show_request

        show_request(settings.show, body.fields, server, settings.sending, world)
        return Status.OK
    if connecting:
        connecting.begin()
    from dsk.exchange.question import Question
    from dsk.jobs.delivering import deliver

    if tools:
        from dsk.jobs.holding import wants_reasoning

        tools.with_reasoning = wants_reasoning(settled.options, server)
    question = Question(encode(body.fields), body.fields)
    sending = settings.sending._replace(turn=turn)
    return deliver(question, server, sending, world, warnings, connecting, listener, tools)


def _is_flag(name: str, settings: AskSettings) -> bool:
    """Whether a value that there is was given on the command line."""
    lower = (settings.from_file, settings.from_environment, settings.from_template.names)
    return not any(name in names for names in lower)


def _has_images(messages: list[dict[str, Any]]) -> bool:
    return any(isinstance(message.get("content"), list) for message in messages)


def _first_turn(messages: list[dict[str, Any]], world: World) -> NewTurn:
    """The place of a question that goes on with nothing."""
    from dsk.state.log.rows import NewTurn

    system, new = split_system(messages)
    return NewTurn(new, system, env=world.env)


def _connecting(server: Server, sending: Sending, world: World) -> Connecting:
    from dsk.jobs.connecting import way_to

    return way_to(server, sending, world)


def fetcher(network: NetworkSettings) -> Callable[[str], bytes]:
    """What gets the bytes of a URL."""

    def fetch(url: str) -> bytes:
        from dsk.jobs.fetching import fetch_file

        return fetch_file(url, settle_clocks(network))

    return fetch
