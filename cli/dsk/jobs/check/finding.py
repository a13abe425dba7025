"""One thing that ``dsk check`` has looked at, and its line."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from dsk.errors import Failure, Status, without_secrets
from dsk.output.sinks import write_out_all
from dsk.records import NamedTuple
from dsk.world import STDOUT

if TYPE_CHECKING:
    from dsk.world import World

# SGR codes: green, yellow, red.
COLORS = {"ok": "32", "warn": "33", "fail": "31"}


class Finding(NamedTuple):
    """``how`` it is, and the next step if there is one; ``status`` is what a run would end with, where it fails."""

    what: str
    state: Literal["ok", "warn", "fail"]
    how: str
    hint: str = ""
    status: Status = Status.OK


def ok(what: str, how: str) -> Finding:
    """It is as it should be."""
    return Finding(what, "ok", without_secrets(how))


def warned(what: str, how: str, hint: str = "") -> Finding:
    """A run would come through, but not as it should."""
    return Finding(what, "warn", without_secrets(how), hint)


def failed(what: str, fault: Failure, hint: str = "") -> Finding:
    """A run would end with this failure."""
    return Finding(what, "fail", fault.message, hint or fault.hint, fault.status)


def print_finding(finding: Finding, world: World) -> None:
    """Write the line, as soon as it is known. Raises ``ReaderGone`` or ``LocalFault``."""
    line = f"{finding.what}: {finding.how}{f'; {finding.hint}' if finding.hint else ''}"
    word = finding.state.ljust(4)
    if world.is_terminal(STDOUT):
        from dsk.output.escapes import clean_line

        line = clean_line(line)
    if world.has_color(STDOUT):
        word = f"\x1b[{COLORS[finding.state]}m{word}\x1b[0m"
    write_out_all(STDOUT, f"{word}  {line}\n".encode("utf-8", "surrogateescape"))
