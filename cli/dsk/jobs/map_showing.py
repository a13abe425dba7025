"""``dsk map --dry-run``: the first bodies, and about how many tokens all of them are."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from dsk.errors import Status, UsageFault
from dsk.map.estimate import tokens_in
from dsk.output.notes import note, warn
from dsk.output.sinks import write_out_all
from dsk.request.body import encode
from dsk.world import STDOUT

if TYPE_CHECKING:
    from dsk.map.bodies import Bodies
    from dsk.map.record import Record
    from dsk.world import World

#: Bodies that are shown.
SHOWN = 3
#: Bad records that are told one by one.
TOLD = 10


def show_bodies(records: Iterator[Record], bodies: Bodies, world: World) -> Status:
    """Write the first bodies to stdout, and tell of all of them on stderr."""
    count, bad, limited = 0, 0, 0
    tokens, most = 0.0, 0
    for record in records:
        try:
            fields = bodies.of(record)
        except UsageFault as fault:
            bad += 1
            if bad <= TOLD:
                warn([f"{record.place}: {fault.message}"], world)
            continue
        count += 1
        tokens += tokens_in(fields["messages"])
        limit = fields.get("max_tokens")
        if isinstance(limit, int):
            limited += 1
            most += limit
        if count <= SHOWN:
            _write(fields, world)
    note(f"{count} records, about {round(tokens)} prompt tokens" + (f"; {bad} cannot be asked" if bad else ""), world)
    if count and limited == count:
        note(f"at most {most} tokens in the answers (--max-tokens)", world)
    return Status.FAILED if bad else Status.OK


def _write(fields: dict[str, Any], world: World) -> None:
    data = encode(fields, pretty=world.is_terminal(STDOUT))
    if world.is_terminal(STDOUT):
        from dsk.output.escapes import clean_json

        data = clean_json(data.decode()).encode()
    write_out_all(STDOUT, data + b"\n")
