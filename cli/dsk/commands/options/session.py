"""Which session a question belongs to: the options, and the wish made of their values."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import click

from dsk.commands.option import Option
from dsk.errors import UsageFault

if TYPE_CHECKING:
    from click.shell_completion import CompletionItem

    from dsk.jobs.settings import Wish

SESSION = "Session"


def session_options(*, has_room: bool) -> list[click.Parameter]:
    """Going on with what was said before. ``has_room``: the short help has a line for each of them."""
    goes_on = "Go on with this terminal's last session."
    return [
        Option(
            ["-c", "--continue/--no-continue"],
            group=SESSION,
            brief=goes_on if has_room else "Go on with the last session, or --session NAME.",
            default=False,
            help=goes_on,
        ),
        Option(
            ["--session"],
            group=SESSION,
            brief="Go on with a session of this name, or begin it." if has_room else "",
            env=False,
            metavar="NAME",
            shell_complete=complete_session,
            help="Go on with the session of this name, or of this number; a name that is not there is a new one.",
        ),
    ]


def session_wish(params: Mapping[str, Any], origins: Mapping[str, str]) -> Wish:
    """Which session is meant, among a command's values; ``origins`` is what ``option.sources`` gives.

    Raises ``UsageFault`` if one is named and the run is not to be logged.
    """
    from dsk.jobs.settings import Wish

    session, goes_on = params["session"], params["continue"]
    if not goes_on and origins["continue"] == "flag" and origins["session"] != "flag":
        session = None
    named = "--session" if session and origins["session"] == "flag" else ""
    named = named or ("--continue" if goes_on and origins["continue"] == "flag" else "")
    if params["log"]:
        return Wish(session, goes_on, is_default=not named)
    if named:
        raise UsageFault(f"{named} and --no-log", "sessions are kept in the log", hint="leave one of them out")
    return Wish()


def complete_session(_ctx: click.Context, _param: click.Parameter, incomplete: str) -> list[CompletionItem]:
    """The sessions whose names, or numbers where they have none, begin so."""
    from dsk.commands.run_numbers import sessions

    return sessions(incomplete)
