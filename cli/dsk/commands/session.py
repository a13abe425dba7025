"""``dsk session``: conversations that are kept."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any

import click

from dsk.commands.command import Command, Job
from dsk.commands.group import Group
from dsk.commands.option import Option
from dsk.commands.options.output import json_option
from dsk.commands.options.session import complete_session
from dsk.commands.run_number import RunNumber
from dsk.errors import UsageFault

if TYPE_CHECKING:
    from click.shell_completion import CompletionItem

WHICH = "Which sessions"
RUN = RunNumber("dsk session tree shows the numbers, dsk log list those of all runs", least=1)
OUTPUT = "Output"

COMMANDS = {
    "list": ("dsk.commands.session:LIST", "List the last sessions."),
    "show": ("dsk.commands.session:SHOW", "Show what was said in a session."),
    "rename": ("dsk.commands.session:RENAME", "Give a session a name."),
    "undo": ("dsk.commands.session:UNDO", "Take the last turn back."),
    "fork": ("dsk.commands.session:FORK", "Make a new session of the turns of another."),
    "tree": ("dsk.commands.session:TREE", "Show the turns with their branches."),
    "delete": ("dsk.commands.session:DELETE", "Remove a session for good."),
}

HELP = """Look after the sessions that dsk ask -c and --session go on with.

A SESSION is a name or a number; without it, the last session of this terminal is meant.

\b
    dsk session list
    dsk session rename story
    dsk ask --session story "And then?"
"""

HELP_LIST = """List the last sessions, the last used at the end: a table on a terminal, tabs in a pipe.

\b
    dsk session list -N 5
    dsk session list --named | cut -f 2
"""

HELP_SHOW = """Show what was said in a session: by its name or number, or this terminal's last one.

\b
    dsk session show
    dsk session show story | less
"""

HELP_RENAME = """Give a session a NAME. With one argument it is the last session of this terminal.

\b
    dsk session rename story
    dsk session rename 12 story
"""

HELP_UNDO = """Take the last turn of a session back: the next one follows the turn before it.

What is taken back stays in the tree, and --to goes there again.

\b
    dsk session undo
    dsk session undo story --to 12
"""

HELP_FORK = """Make a new session of the turns of another one, which stays as it is, and print its number.

It becomes the last session of this terminal.

\b
    dsk session fork
    dsk session fork story --at 12 --name other
"""

HELP_TREE = """Show the turns of a session and what branches off them: forks, and what was taken back.

\b
    dsk session tree story
"""

HELP_DELETE = """Remove a session and its runs in the log for good.

\b
    dsk session delete story
"""


def _session_argument(*, required: bool = False) -> click.Parameter:
    return click.Argument(["session"], required=required, shell_complete=complete_session)


def _run_option(name: str, brief: str, text: str) -> click.Parameter:
    return Option(
        [name],
        group=WHICH,
        brief=brief,
        env=False,
        type=RUN,
        metavar="RUN",
        shell_complete=_complete_turn,
        help=text,
    )


def _list(**params: Any) -> Job:
    from dsk.jobs.sessions.listing import list_sessions

    return partial(list_sessions, params["count"], params["named"], params["as_json"])


def _show(**params: Any) -> Job:
    from dsk.jobs.sessions.showing import show_session

    return partial(show_session, params["session"], params["as_json"])


def _rename(**params: Any) -> Job:
    from dsk.jobs.sessions.changing import rename_session

    *session, name = params["names"]
    if len(session) > 1:
        hint = f"a name with spaces is in quotes: dsk session rename {session[0]!r} {' '.join([*session[1:], name])!r}"
        raise UsageFault("dsk session rename takes at most two arguments", "the session, and the new name", hint=hint)
    return partial(rename_session, session[0] if session else None, name)


def _undo(**params: Any) -> Job:
    from dsk.jobs.sessions.changing import undo_session

    return partial(undo_session, params["session"], params["to"])


def _fork(**params: Any) -> Job:
    from dsk.jobs.sessions.changing import fork_session

    return partial(fork_session, params["session"], params["name"], params["at"])


def _tree(**params: Any) -> Job:
    from dsk.jobs.sessions.listing import show_tree

    return partial(show_tree, params["session"], params["as_json"])


def _delete(**params: Any) -> Job:
    from dsk.jobs.sessions.changing import delete_session

    return partial(delete_session, params["session"])


def _complete_turn(_ctx: click.Context, _param: click.Parameter, incomplete: str) -> list[CompletionItem]:
    from dsk.commands.run_numbers import turns

    return turns(incomplete)


COMMAND = Group("session", COMMANDS, HELP)
LIST = Command(
    "list",
    _list,
    [
        Option(
            ["-N", "--count"],
            group=WHICH,
            brief="So many sessions; 0 is all of them.",
            env=False,
            type=click.IntRange(min=0),
            default=20,
            metavar="COUNT",
            help="Print the last COUNT sessions; 0 is all of them.  [default: 20]",
        ),
        Option(
            ["--named"],
            group=WHICH,
            brief="Only sessions with a name.",
            env=False,
            is_flag=True,
            help="Print only sessions that have a name.",
        ),
        json_option("Print a JSON object a line."),
    ],
    HELP_LIST,
)
SHOW = Command("show", _show, [_session_argument(), json_option("Print one JSON object.")], HELP_SHOW)
RENAME = Command(
    "rename",
    _rename,
    [click.Argument(["names"], nargs=-1, required=True, metavar="[SESSION] NAME", shell_complete=complete_session)],
    HELP_RENAME,
)
UNDO = Command(
    "undo",
    _undo,
    [
        _session_argument(),
        _run_option("--to", "Make RUN the last turn.", "Make RUN, a run of the tree, the last turn."),
    ],
    HELP_UNDO,
)
FORK = Command(
    "fork",
    _fork,
    [
        _session_argument(),
        _run_option(
            "--at", "Take the turns up to RUN.", "Take the turns up to RUN, a run of the tree.  [default: all]"
        ),
        Option(
            ["--name"],
            group=WHICH,
            brief="The name of the new session.",
            env=False,
            metavar="NAME",
            help="The name of the new session.  [default: none]",
        ),
    ],
    HELP_FORK,
)
TREE = Command("tree", _tree, [_session_argument(), json_option("Print a JSON object a line.")], HELP_TREE)
DELETE = Command("delete", _delete, [_session_argument(required=True)], HELP_DELETE)
