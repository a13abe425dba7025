"""``--print-edit``: the answer as a change of the file that it is for."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from dsk.output.unified import Change, unified_diff, with_line_ends_of
from dsk.records import NamedTuple

if TYPE_CHECKING:
    from dsk.ending import Ending
    from dsk.output.outlet import Outlet
    from dsk.stream.events import Event


class Edit(NamedTuple):
    """The file that the answer is for, as it is: its name for a diff, and the text around the ``mark`` that the answer
    takes the place of, which may be empty."""

    name: str
    before: str
    mark: str
    after: str


class EditPart:
    """Writes the diff, when all is known: also of an answer that was cut, as far as it came."""

    def __init__(self, outlet: Outlet, edit: Edit) -> None:
        self._outlet = outlet
        self._edit = edit

    def received(self, _data: bytes, _events: Sequence[Event]) -> None:
        """Nothing is written yet."""

    def turn(self, _ending: Ending) -> None:
        """Nothing is written yet."""

    def end(self, ending: Ending) -> None:
        """Write the diff, if there is anything in it."""
        name, before, mark, after = self._edit
        text = ending.answer.content
        if ending.failure and not text:
            return
        new = with_line_ends_of(before + after, text)
        diff = unified_diff(name, Change(before, mark, new, after))
        firewall = self._outlet.firewall()
        if firewall:
            diff = firewall.feed(diff) + firewall.close()
        self._outlet.put(diff.encode("utf-8", "surrogateescape"))
