"""``dsk map --dry-run``: the first bodies, and about how many tokens all of them are."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any

from dsk.errors import Status, UsageFault
from dsk.map.estimate import tokens_in
from dsk.output.notes import note, tell, warn
from dsk.output.sinks import write_out_all
from dsk.request.body import encode
from dsk.world import STDOUT

if TYPE_CHECKING:
    from dsk.map.record import Record
    from dsk.world import World

#: Bodies that are shown.
SHOWN = 3
#: Kinds of bad records that are told one by one.
TOLD = 10
OTHERS = ("it cannot be asked for another reason", "")


def show_bodies(records: Iterator[Record], body_of: Callable[[Record], dict[str, Any]], world: World) -> Status:
    """Write the first bodies to stdout, and tell of all of them on stderr. ``body_of`` raises ``UsageFault`` for what
    cannot be asked."""
    count, limited = 0, 0
    faults: Counter[tuple[str, str]] = Counter()
    places: dict[tuple[str, str], str] = {}
    tokens, most = 0.0, 0
    for record in records:
        try:
            fields = body_of(record)
        except UsageFault as fault:
            kind = (fault.message, fault.hint)
            kind = kind if kind in places or len(places) < TOLD else OTHERS
            faults[kind] += 1
            places.setdefault(kind, record.place)
            continue
        count += 1
        tokens += tokens_in(fields["messages"])
        limit = fields.get("max_tokens")
        if isinstance(limit, int):
            limited += 1
            most += limit
        if count <= SHOWN:
            write_body(fields, world)
    for kind, number in faults.items():
        _tell(*kind, places[kind], number, world)
    bad = faults.total()
    note(f"{count} records, about {round(tokens)} prompt tokens" + (f"; {bad} cannot be asked" if bad else ""), world)
    if count and limited == count:
        note(f"at most {most} tokens in the answers (--max-tokens)", world)
    return Status.FAILED if bad else Status.OK


def _tell(message: str, hint: str, place: str, number: int, world: World) -> None:
    more = f" and {number - 1} more" if number > 1 else ""
    warn([f"{place}{more}: {message}"], world)
    if hint:
        tell(f"dsk: hint: {hint}", world)


def write_body(fields: dict[str, Any], world: World) -> None:
    """Write a request body to stdout. Raises ``ReaderGone`` or ``LocalFault``."""
    data = encode(fields, pretty=world.is_terminal(STDOUT))
    if world.is_terminal(STDOUT):
        from dsk.output.escapes import clean_json

        data = clean_json(data.decode()).encode()
    write_out_all(STDOUT, data + b"\n")
