"""The rules of strict functions, as DeepSeek's guide to tool calls has them (September 2026). Pure."""

from __future__ import annotations

from typing import Any, Final

from dsk.scripted.refusals import Refused

_KNOWN: Final = {
    *("type", "properties", "required", "additionalProperties", "items", "enum", "anyOf", "$ref", "$def", "const"),
    *("description", "default", "pattern", "format", "minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum"),
    "multipleOf",
}
_TYPES: Final = ("object", "string", "number", "integer", "boolean", "array")
_FORMATS: Final = ("email", "hostname", "ipv4", "ipv6", "uuid")


def check_strict(tools: list[Any], *, beta: bool) -> None:
    """Raise ``Refused`` (400) for functions that are strict and may not be."""
    found = [tool.get("function") for tool in tools if isinstance(tool, dict)]
    functions = [function for function in found if isinstance(function, dict)]
    strict = [function for function in functions if function.get("strict")]
    if not strict:
        return
    if not beta:
        raise Refused(400, "The strict parameter is a beta feature: use the base URL that ends in /beta")
    if len(strict) < len(functions):
        raise Refused(400, "Invalid tools value, strict must be set on every function")
    for function in strict:
        parameters = function.get("parameters")
        if not isinstance(parameters, dict) or parameters.get("type") != "object":
            raise _refused(f"{function.get('name')}: parameters must be an object")
        _check(parameters, str(function.get("name")))


def _check(schema: Any, path: str) -> None:
    if not isinstance(schema, dict):
        raise _refused(f"{path}: not a schema")
    if unknown := sorted(schema.keys() - _KNOWN):
        raise _refused(f"{path}: {unknown[0]} is not supported")
    if "type" in schema and schema["type"] not in _TYPES:
        raise _refused(f"{path}: type {schema['type']} is not supported")
    if "format" in schema and schema["format"] not in _FORMATS:
        raise _refused(f"{path}: format {schema['format']} is not supported")
    properties = schema.get("properties", {})
    if schema.get("type") == "object":
        if sorted(schema.get("required", ())) != sorted(properties):
            raise _refused(f"{path}: all properties must be required")
        if schema.get("additionalProperties") is not False:
            raise _refused(f"{path}: additionalProperties must be false")
    inner = {**properties, **schema.get("$def", {}), **({"items": schema["items"]} if "items" in schema else {})}
    for name, part in (*inner.items(), *enumerate(schema.get("anyOf", ()))):
        _check(part, f"{path}.{name}")


def _refused(why: str) -> Refused:
    return Refused(400, f"Invalid schema for function: {why}")
