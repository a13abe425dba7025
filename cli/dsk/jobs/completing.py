"""Print a completion script."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dsk.errors import Status
from dsk.output.sinks import write_out_all
from dsk.shells.scripts import SCRIPTS
from dsk.world import STDOUT

if TYPE_CHECKING:
    from dsk.world import World


def print_script(shell: str, _world: World) -> Status:
    """Write the script of bash, zsh or fish to stdout."""
    write_out_all(STDOUT, SCRIPTS[shell].encode())
    return Status.OK
