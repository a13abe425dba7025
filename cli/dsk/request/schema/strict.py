"""Whether DeepSeek's strict functions take a schema: its guide to tool calls, state of September 2026.

Every object has all its properties required and no others, and only some types, formats and keywords are known.
"""

from __future__ import annotations

import re
from typing import Any

from dsk.request.schema.references import resolve

TYPES = ("object", "string", "number", "integer", "boolean", "array")
FORMATS = ("email", "hostname", "ipv4", "ipv6", "uuid")
#: What says nothing about the answer.
_LEFT_OUT = ("$schema", "title", "$comment", "examples")
_NUMBERS = ("minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum", "multipleOf")
_ONE_OF = ("type", "anyOf", "enum", "const", "$ref")
_DEFINITIONS = "$def"


def strict_form(schema: dict[str, Any]) -> dict[str, Any] | None:
    """The schema of an object as strict mode takes it, annotations left out; None if it does not.

    Whatever fits it fits the schema itself, and a schema that has such a form is well-formed.
    """
    root = {key: value for key, value in schema.items() if key != _DEFINITIONS}
    definitions = schema.get(_DEFINITIONS, {})
    if schema.get("type") != "object" or not isinstance(definitions, dict):
        return None
    try:
        found = _form(root, schema)
        inner = {name: _form(part, schema) for name, part in definitions.items()}
    except (_Unsound, RecursionError):
        return None
    return found | ({_DEFINITIONS: inner} if inner else {})


class _Unsound(Exception):
    pass


def _form(schema: Any, root: dict[str, Any]) -> dict[str, Any]:
    _need(isinstance(schema, dict) and any(key in schema for key in _ONE_OF))
    found: dict[str, Any] = {}
    for key, value in schema.items():
        if key in _LEFT_OUT:
            continue
        match key:
            case "type":
                _need(value in TYPES)
            case "properties":
                _need(isinstance(value, dict) and bool(value))
                value = {name: _form(part, root) for name, part in value.items()}
            case "items":
                value = _form(value, root)
            case "anyOf":
                _need(isinstance(value, list) and bool(value))
                value = [_form(part, root) for part in value]
            case _:
                _need(_holds(key, value, root))
        found[key] = value
    return _closed(found)


def _closed(schema: dict[str, Any]) -> dict[str, Any]:
    """An object closed to properties that are not named."""
    kind = schema.get("type")
    _need(kind != "array" or "items" in schema)
    if kind != "object":
        _need("properties" not in schema)
        return schema
    _need("properties" in schema and sorted(schema.get("required", ())) == sorted(schema["properties"]))
    return schema | {"additionalProperties": False}


def _holds(key: str, value: Any, root: dict[str, Any]) -> bool:
    """Whether a keyword without schemas in it may have this value."""
    match key:
        case "required":
            return isinstance(value, list) and all(isinstance(name, str) for name in value)
        case "additionalProperties":
            return value is False
        case "enum":
            return isinstance(value, list) and bool(value) and all(map(_is_scalar, value))
        case "const":
            return _is_scalar(value)
        case "description":
            return isinstance(value, str)
        case "default":
            return True
        case "pattern":
            return _is_pattern(value)
        case "format":
            return value in FORMATS
        case "$ref":
            is_known = isinstance(value, str) and value.startswith(f"#/{_DEFINITIONS}/")
            return is_known and isinstance(resolve(root, value), dict)
        case _:
            is_number = isinstance(value, (int, float)) and not isinstance(value, bool)
            return key in _NUMBERS and is_number and (key != "multipleOf" or value > 0)


def _is_scalar(value: Any) -> bool:
    return isinstance(value, (str, int, float))


def _is_pattern(value: Any) -> bool:
    try:
        return isinstance(value, str) and bool(re.compile(value))
    except (re.error, OverflowError, RecursionError):
        return False


def _need(holds: bool) -> None:
    if not holds:
        raise _Unsound
