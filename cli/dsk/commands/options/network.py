"""Which server is spoken to, and how."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import click

from dsk.commands.option import ORIGINS, TEMPLATE, Option
from dsk.errors import UsageFault

if TYPE_CHECKING:
    from dsk.wire.settings import NetworkSettings

NETWORK = "Network"
#: Seconds that a command may take which only asks the server about itself.
LOOK = 30.0


def profile_option() -> click.Parameter:
    """Which profile is meant."""
    return Option(
        ["-P", "--profile"],
        group=NETWORK,
        brief="A server: deepseek, ollama ...",
        metavar="NAME",
        callback=_check_profile,
        shell_complete=complete_profile,
        help="Use this profile, built in or of the config file.  [default: deepseek]",
    )


def endpoint_options(max_time: float | None = None) -> list[click.Parameter]:
    """Which server is spoken to: for every command that speaks to one, and ends after ``max_time`` unasked."""
    return [
        profile_option(),
        Option(
            ["--base-url"],
            group=NETWORK,
            brief="Speak to this server.",
            metavar="URL",
            callback=_check_base_url,
            help="Speak to this server; /v1 is tried where it is needed.",
        ),
        Option(
            ["--connect-timeout"],
            group=NETWORK,
            type=click.FloatRange(min=0, min_open=True),
            default=10.0,
            metavar="SECONDS",
            help="Give up if there is no connection after this long.  [default: 10]",
        ),
        Option(
            ["--max-time"],
            group=NETWORK,
            type=click.FloatRange(min=0),
            default=max_time,
            metavar="SECONDS",
            help=f"Give up if the whole run takes longer.  [default: {f'{max_time:g}' if max_time else 'no limit'}]",
        ),
    ]


def network_options() -> list[click.Parameter]:
    """How a question is sent."""
    return [
        *endpoint_options(),
        Option(
            ["--first-token"],
            group=NETWORK,
            type=click.FloatRange(min=0, min_open=True),
            default=600.0,
            metavar="SECONDS",
            help="Give up if the first token takes longer.  [default: 600]",
        ),
        Option(
            ["--stall"],
            group=NETWORK,
            type=click.FloatRange(min=0, min_open=True),
            default=120.0,
            metavar="SECONDS",
            help="Give up if the server sends nothing for this long.  [default: 120]",
        ),
        Option(
            ["--retry"],
            group=NETWORK,
            type=click.IntRange(min=0),
            default=5,
            metavar="N",
            help="Try again up to N times before the answer began, if that may help.  [default: 5]",
        ),
        Option(
            ["--retry-max-time"],
            group=NETWORK,
            type=click.FloatRange(min=0),
            metavar="SECONDS",
            help="Try again only within this time from the start.  [default: no limit]",
        ),
        Option(
            ["--resume", "resume"],
            group=NETWORK,
            type=click.IntRange(min=0),
            default=2,
            metavar="N",
            help="Take a broken answer up again up to N times, where the server can.  [default: 2]",
        ),
        Option(
            ["--no-resume", "resume"],
            group=NETWORK,
            env=False,
            flag_value=0,
            help="Leave a broken answer broken.",
        ),
        Option(
            ["--continue-on-length"],
            group=NETWORK,
            type=click.IntRange(min=0),
            default=0,
            metavar="N",
            help="Go on up to N times past the token limit, where the server can.  [default: 0]",
        ),
        Option(
            ["--offline/--no-offline"],
            group=NETWORK,
            brief="No key, no network, no model.",
            default=False,
            help="Ask the built-in scripted endpoint: no key, no network, no model.",
        ),
    ]


def retry_invalid_option() -> click.Parameter:
    """How often another answer is asked for."""
    return Option(
        ["--retry-invalid"],
        group=NETWORK,
        type=click.IntRange(min=0),
        default=0,
        metavar="N",
        help="Ask again up to N times for an answer that is not the JSON that was asked for; it is written once"
        " it is.  [default: 0]",
    )


def network_settings(params: Mapping[str, Any], origins: Mapping[str, str]) -> NetworkSettings:
    """The network settings among a command's values; ``origins`` is what ``option.sources`` gives.

    Of --offline and a base URL the one counts that was said nearer to the command. Raises ``UsageFault`` for both as
    flags.
    """
    from dsk.wire.settings import NetworkSettings

    return NetworkSettings(
        profile=params["profile"],
        base_url=params["base_url"],
        base_url_origin=origins["base_url"],
        connect_timeout=params["connect_timeout"],
        first_token=params.get("first_token", 600.0),
        stall=params.get("stall", 120.0),
        # As with curl, 0 is no limit.
        max_time=params["max_time"] or None,
        offline=_is_offline(params, origins),
        retry=params.get("retry", 0),
        retry_max_time=params.get("retry_max_time") or None,
        resume=params.get("resume", 0),
        continue_on_length=params.get("continue_on_length", 0),
        continue_on_length_origin=origins.get("continue_on_length", "default"),
        retry_invalid=params.get("retry_invalid", 0),
        retry_invalid_origin=origins.get("retry_invalid", "default"),
    )


def _is_offline(params: Mapping[str, Any], origins: Mapping[str, str]) -> bool:
    if not params.get("offline"):
        return False
    if not params["base_url"]:
        return True
    offline, base_url = (ORIGINS.index(origins[name]) for name in ("offline", "base_url"))
    if origins["offline"] == origins["base_url"] == "flag":
        raise UsageFault(
            "--offline and --base-url exclude each other",
            "without a network no server is asked",
            hint="leave one of them out",
        )
    return offline <= base_url


def _check_profile(ctx: click.Context, param: click.Parameter, value: str | None) -> str | None:
    from click.core import ParameterSource

    # The line of the config file is known to whoever looks for the profile; a variable, and the line of a template,
    # are known here.
    origin = ctx.get_parameter_source(str(param.name))
    is_default = origin is ParameterSource.DEFAULT_MAP
    is_of_template = is_default and TEMPLATE in ctx.meta and param.name in ctx.meta[TEMPLATE].options
    if value and (is_of_template or origin is ParameterSource.ENVIRONMENT):
        import os

        from dsk.state.config import choose, load

        choose(load(os.environ), value)
    return value


def _check_base_url(_ctx: click.Context, _param: click.Parameter, value: str | None) -> str | None:
    if value:
        from dsk.wire.endpoint import check_base_url

        check_base_url(value)
    return value


def complete_profile(_ctx: click.Context, _param: click.Parameter, incomplete: str) -> list[str]:
    """The names of profiles that begin so."""
    import os

    from dsk.state.config import load

    return [name for name in load(os.environ).names if name.startswith(incomplete)]
