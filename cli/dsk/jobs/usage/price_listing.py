"""The job of ``dsk usage --prices``: the table of prices in use, as it would stand in the config file."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from dsk.errors import Status
from dsk.output.escapes import clean_line
from dsk.output.sinks import write_out_all
from dsk.state.config import load
from dsk.state.prices import load_prices
from dsk.world import STDOUT

if TYPE_CHECKING:
    from dsk.world import World

BUILT_IN = "built in"


def list_prices(world: World) -> Status:
    """Print the table as TOML, each price under a comment with its origin.

    Raises ``UsageFault`` for a fault in the config file.
    """
    listed = load_prices(load(world.env)).listed
    tables = [_table(name, one.fields, one.origin or BUILT_IN) for name, one in listed.items()]
    write_out_all(STDOUT, "\n".join(tables).encode("utf-8", "surrogateescape"))
    return Status.OK


def _table(name: str, fields: Mapping[str, Any], origin: str) -> str:
    lines = [f"# {clean_line(origin)}", f"[prices.{_value(name)}]", *(f"{k} = {_value(v)}" for k, v in fields.items())]
    return "".join(f"{line}\n" for line in lines)


def _value(value: Any) -> str:
    """A value as TOML has it: JSON, but for dates."""
    return value.isoformat() if hasattr(value, "isoformat") else json.dumps(value, ensure_ascii=False)
