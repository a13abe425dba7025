"""The job of ``dsk sh``: a command is proposed, and on a terminal the user says what becomes of it.

Nothing runs but after a yes that was typed when the whole command was on the screen.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from dsk.errors import Failure, Status
from dsk.jobs.asking import ask
from dsk.jobs.kept import Kept
from dsk.output.notes import note, tell, warn
from dsk.successor import Successor
from dsk.world import STDIN, STDOUT

if TYPE_CHECKING:
    from dsk.jobs.asking import AskSettings
    from dsk.jobs.sh.this_system import ThisSystem
    from dsk.world import World

#: Failures of an explanation or an edit after which nobody is there to choose.
OVER = (Status.HUNG_UP, Status.TERMINATED, Status.CLOSED)


def propose(settings: AskSettings, system: ThisSystem, world: World) -> Status | Successor:
    """Ask for a command, which in a pipe is all; on a terminal, the program that runs it if the user says so."""
    kept = Kept()
    status = ask(settings, world, kept)
    if settings.show or not world.is_terminal(STDOUT):
        return status
    from dsk.jobs.sh.text import on_screen, shown, write_command
    from dsk.output.proposal import View
    from dsk.stream.code.command import command_in

    command = command_in(kept.text)
    view = View()
    seen = on_screen(view.feed(kept.text) + view.close()).strip()
    if seen != shown(command) and not (view.has_code and seen.endswith(f"\n{shown(command)}")):
        write_command(command, world)
    if not world.is_terminal(STDIN):
        return status
    return _decide(command, settings, system, world)


def _decide(command: str, settings: AskSettings, system: ThisSystem, world: World) -> Status | Successor:
    """Ask the user until it is clear what becomes of the command."""
    from dsk.jobs.sh.choosing import choose
    from dsk.jobs.sh.text import hidden_in, write_command

    while True:
        hidden = hidden_in(command)
        if hidden:
            verb = "do not show as they are" if hidden[1:] else "does not show as it is"
            warn([f"{', '.join(hidden)} in the command {verb}: to run it, edit it"], world)
        choice = choose(world, may_run=not hidden)
        try:
            match choice:
                case "run":
                    return Successor(system.shell, ("-c", command))
                case "copy":
                    from dsk.jobs.copying import copy

                    note(copy(command, world), world)
                    return Status.OK
                case "quit":
                    return Status.OK
                case "edit":
                    from dsk.jobs.sh.editing import edited

                    command = edited(command, world)
                    write_command(command, world)
                case "explain":
                    from dsk.jobs.sh.explaining import explain

                    explain(command, settings, system, world)
        except Failure as fault:
            if fault.status in OVER:
                raise
            tell(f"dsk: {fault.message}", world)
            if fault.hint:
                tell(f"dsk: hint: {fault.hint}", world)
