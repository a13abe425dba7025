"""An instance of a schema, to show what is meant."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from typing import Any

from dsk.request.schema.references import resolve

_DEEPEST = 12
_BY_FORMAT = {
    "email": "ann@example.org",
    "hostname": "example.org",
    "ipv4": "192.0.2.1",
    "ipv6": "2001:db8::1",
    "uuid": "123e4567-e89b-42d3-a456-426614174000",
    "date": "2026-01-31",
    "date-time": "2026-01-31T12:00:00Z",
    "time": "12:00:00Z",
    "uri": "https://example.org/",
}


def example(
    schema: Any, *, root: Mapping[str, Any] | None = None, name: str = "text", depth: int = 0, size: int = 1
) -> Any:
    """A value for the schema, valid for all but what is unusual: difficult patterns, conditions, endless references.

    ``name`` is what a text says, ``root`` the schema that references are in, ``size`` how long lists are.
    """
    if not isinstance(schema, Mapping) or depth > _DEEPEST:
        return None
    root = schema if root is None else root
    inner = partial(example, root=root, depth=depth + 1, size=size)
    if "const" in schema:
        return schema["const"]
    for key in ("enum", "examples"):
        if isinstance(schema.get(key), list) and schema[key]:
            return schema[key][0]
    if "default" in schema:
        return schema["default"]
    if isinstance(schema.get("$ref"), str):
        return inner(resolve(root, schema["$ref"]), name=name)
    for key in ("anyOf", "oneOf", "allOf"):
        if isinstance(schema.get(key), list) and schema[key]:
            return inner(schema[key][0], name=name)
    kind = schema.get("type", "object" if "properties" in schema else "string")
    match kind[0] if isinstance(kind, list) and kind else kind:
        case "object":
            properties = schema.get("properties", {})
            return {key: inner(part, name=key) for key, part in properties.items()}
        case "array":
            return [inner(schema.get("items", {}), name=name)] * _length(schema, size)
        case "integer" | "number" as number:
            return _number(schema, is_whole=number == "integer")
        case "boolean":
            return True
        case "null":
            return None
        case _:
            return _text(schema, name)


def _length(schema: Mapping[str, Any], size: int) -> int:
    most = schema.get("maxItems", 1 if schema.get("uniqueItems") else size)
    return int(max(schema.get("minItems", 0), min(most, size)))


def _number(schema: Mapping[str, Any], *, is_whole: bool) -> Any:
    low, above = schema.get("minimum"), schema.get("exclusiveMinimum")
    high, below = schema.get("maximum"), schema.get("exclusiveMaximum")
    step = schema.get("multipleOf", 1 if is_whole else 0.5)
    if low is not None:
        return low
    if above is not None:
        return above + step
    if high is not None:
        return high
    return step if below is None else below - step


def _text(schema: Mapping[str, Any], name: str) -> str:
    if isinstance(schema.get("pattern"), str):
        from dsk.request.schema.pattern import matching

        found = matching(schema["pattern"])
        if found is not None:
            return found
    text = _BY_FORMAT.get(str(schema.get("format")), name)
    least, most = schema.get("minLength"), schema.get("maxLength")
    if isinstance(least, int):
        text = text.ljust(min(least, 1000), ".")
    return text[:most] if isinstance(most, int) and most >= 0 else text
