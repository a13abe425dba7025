"""JSON that fits a schema, or, as a fault, JSON that does not. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from dsk.request.schema.asking import forced_function, wanted_in
from dsk.request.schema.example import example
from dsk.scripted.refusals import dumps

#: Elements in a list.
ELEMENTS: Final = 3


def schema_of(body: Mapping[str, Any]) -> dict[str, Any] | None:
    """The schema that the answer to a chat request has to fit; None if it says none."""
    function = forced_function(body)
    if function is not None:
        parameters = function.get("parameters")
        return parameters if isinstance(parameters, dict) else {"type": "object"}
    if (body.get("response_format") or {}).get("type") == "json_schema":
        described = body["response_format"].get("json_schema")
        schema = described.get("schema") if isinstance(described, dict) else None
        return schema if isinstance(schema, dict) else {}
    wanted = wanted_in(body)
    return wanted.schema if wanted else None


def instance_of(schema: Mapping[str, Any], *, fits: bool) -> str:
    """A value of the schema as JSON; one that does not fit has another type somewhere."""
    value = example(schema, size=ELEMENTS)
    return dumps(value if fits else _spoilt(value))


def _spoilt(value: Any) -> Any:
    """The value with its last part replaced by what no schema expects there."""
    if isinstance(value, dict) and value:
        *some, last = value
        return {name: value[name] for name in some} | {last: _spoilt(value[last])}
    if isinstance(value, list) and value:
        return [*value[:-1], _spoilt(value[-1])]
    return {"unexpected": []}
