"""The options that several commands share, as lists, and the settings made of their values.

Body options belong to ``ask``; network options to ``ask`` and ``send``; output options to ``ask``, ``send`` and
``decode``. Each option is named here once.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import click

from dsk.commands.framework import Option
from dsk.errors import UsageFault

if TYPE_CHECKING:
    import re

    from dsk.jobs.settings import Sending, Stops
    from dsk.output.settings import OutputSettings
    from dsk.wire.settings import NetworkSettings

OUTPUT = "Output"
NETWORK = "Network"
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
            ["--color"],
            group=OUTPUT,
            type=ON_OFF,
            default="auto",
            help="When to use colour.  [default: auto]",
        ),
    ]


def json_option() -> click.Parameter:
    """``--json`` for commands that print a table otherwise."""
    return Option(
        ["--json", "as_json"],
        group=OUTPUT,
        brief="The server's answer as JSON.",
        env=False,
        is_flag=True,
        help="Print the server's answer as JSON.",
    )


def stop_options() -> list[click.Parameter]:
    """Where the text ends early."""
    return [
        Option(
            ["--until"],
            group=OUTPUT,
            metavar="REGEX",
            callback=_compile_until,
            help="End the answer after the first match of REGEX, and the connection with it.",
        ),
        Option(
            ["--max-lines"],
            group=OUTPUT,
            metavar="N",
            type=click.IntRange(min=1),
            help="End the answer after N lines, and the connection with it.",
        ),
    ]


def stops(params: Mapping[str, Any]) -> Stops:
    """Where the text ends early, among a command's values."""
    from dsk.jobs.settings import Stops

    if params["format"] == "raw" and (params["until"] or params["max_lines"]):
        name = "--until" if params["until"] else "--max-lines"
        raise UsageFault(f"{name} and --raw", "the frames are written as they are, whole")
    return Stops(params["until"], params["max_lines"])


def log_option() -> click.Parameter:
    """``--no-log``."""
    return Option(
        ["--log/--no-log", " /-n"],
        group=OUTPUT,
        default=True,
        help="Keep the question and the answer in the log.  [default: log]",
    )


def record_option() -> click.Parameter:
    """Where what comes from the server is kept."""
    return Option(
        ["--record"],
        group=OUTPUT,
        metavar="FILE",
        help="Record what comes from the server, and when, for dsk replay.",
    )


def sending(command: str, params: Mapping[str, Any], origins: Mapping[str, str]) -> Sending:
    """All settings of a command that sends; ``origins`` is what ``framework.sources`` gives."""
    from dsk.jobs.settings import Sending

    output = output_settings(params)
    return Sending(
        command=command,
        network=network_settings(params, origins),
        output=output,
        stops=stops(params),
        record=_own_file(params["record"], output),
        log=params["log"],
    )


def _own_file(record: str | None, output: OutputSettings) -> str | None:
    """The file of a recording. Raises ``UsageFault`` if something else is written to it."""
    if record is None:
        return None
    if record == "-":
        raise UsageFault("--record -", "a recording goes to a file, stdout has the answer")
    from dsk.output.opening import place_of

    for name in ("output", "reasoning_to", "events_to", "usage_to"):
        other = getattr(output, name)
        if other is not None and place_of(other) == place_of(record):
            option = f"--{name.replace('_', '-')}"
            raise UsageFault(f"--record {record}", f"{option} writes to the same file", hint="name another file")
    return record


def output_settings(params: Mapping[str, Any]) -> OutputSettings:
    """The output settings among a command's values."""
    from dsk.output.settings import OutputSettings

    return OutputSettings(**{name: params[name] for name in OutputSettings._fields})


def profile_option() -> click.Parameter:
    """Which profile is meant."""
    return Option(
        ["-P", "--profile"],
        group=NETWORK,
        brief="A profile of the config file.",
        metavar="NAME",
        shell_complete=_complete_profile,
        help="Use this profile of the config file.  [default: deepseek]",
    )


def endpoint_options() -> list[click.Parameter]:
    """Which server is spoken to: for every command that speaks to one."""
    return [
        profile_option(),
        Option(
            ["--base-url"],
            group=NETWORK,
            brief="Speak to this server.",
            metavar="URL",
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
            metavar="SECONDS",
            help="Give up if the whole run takes longer.  [default: no limit]",
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


def network_settings(params: Mapping[str, Any], origins: Mapping[str, str]) -> NetworkSettings:
    """The network settings among a command's values; ``origins`` is what ``framework.sources`` gives."""
    from dsk.wire.settings import NetworkSettings

    return NetworkSettings(
        profile=params["profile"],
        base_url=params["base_url"],
        base_url_from_file=origins["base_url"] == "file",
        connect_timeout=params["connect_timeout"],
        first_token=params.get("first_token", 600.0),
        stall=params.get("stall", 120.0),
        # As with curl, 0 is no limit.
        max_time=params["max_time"] or None,
        offline=params.get("offline", False),
        retry=params.get("retry", 0),
        retry_max_time=params.get("retry_max_time") or None,
        resume=params.get("resume", 0),
        continue_on_length=params.get("continue_on_length", 0),
    )


def _check_write_out(_ctx: click.Context, _param: click.Parameter, value: str | None) -> str | None:
    if value is not None:
        from dsk.output.write_out import check_format

        return check_format(value)
    return None


def _compile_until(_ctx: click.Context, _param: click.Parameter, value: str | None) -> re.Pattern[str] | None:
    if value is None:
        return None
    from dsk.stream.stopping import compile_until

    return compile_until(value)


def _complete_profile(_ctx: click.Context, _param: click.Parameter, incomplete: str) -> list[str]:
    import os

    from dsk.state.config import load

    return [name for name in load(os.environ).profiles if name.startswith(incomplete)]
