"""A choice of the short form: types, or values, with ``|`` between them."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

from dsk.request.schema.words import Misfit, Token, text_of

TYPES = {
    **dict.fromkeys(("str", "string", "text"), "string"),
    **dict.fromkeys(("int", "integer"), "integer"),
    **dict.fromkeys(("num", "number", "float"), "number"),
    **dict.fromkeys(("bool", "boolean"), "boolean"),
}
#: Names of JSON Schema for the types of literals.
_KINDS = {str: "string", bool: "boolean", int: "integer", float: "number"}
QUOTES_HINT = "a text in double quotes is a value"


def choice(tokens: Sequence[Token]) -> dict[str, Any]:
    """The schema of one or more alternatives; ``null`` goes with any. Raises ``Misfit``."""
    others = [token for token in tokens if token.text != "null"]
    if not others:
        return {"type": "null"}
    found = _types(others) if _is_type(others[0]) else _literals(others)
    return found if len(others) == len(tokens) else with_null(found)


def _is_type(token: Token) -> bool:
    return token.kind == "range" or (token.kind == "word" and token.text in TYPES)


def _types(tokens: Sequence[Token]) -> dict[str, Any]:
    found: list[dict[str, Any]] = []
    for token in tokens:
        if not _is_type(token):
            raise Misfit(f"{token.text} is no type, and the others are", token.at, QUOTES_HINT)
        found.append(_range(token) if token.kind == "range" else {"type": TYPES[token.text]})
    return found[0] if len(found) == 1 else {"anyOf": found}


def _range(token: Token) -> dict[str, Any]:
    low, high = (json.loads(end) for end in token.text.split(".."))
    if low > high:
        raise Misfit(f"{token.text} ends before it begins", token.at)
    kind = "integer" if isinstance(low, int) and isinstance(high, int) else "number"
    return {"type": kind, "minimum": low, "maximum": high}


def _literals(tokens: Sequence[Token]) -> dict[str, Any]:
    values: list[Any] = []
    for token in tokens:
        if _is_type(token):
            raise Misfit(f"{token.text} is a type, and the others are values", token.at, QUOTES_HINT)
        value = _value(token)
        if any(type(value) is type(known) and value == known for known in values):
            raise Misfit(f"{token.text} is there twice", token.at)
        values.append(value)
    kinds = {_KINDS[type(value)] for value in values}
    return {"type": kinds.pop(), "enum": values} if len(kinds) == 1 else {"enum": values}


def _value(token: Token) -> Any:
    if token.kind == "quoted":
        return text_of(token)
    if token.kind == "number" or token.text in ("true", "false"):
        return json.loads(token.text)
    return token.text


def with_null(schema: dict[str, Any]) -> dict[str, Any]:
    """The schema that takes null as well."""
    if "anyOf" in schema:
        return {"anyOf": [*schema["anyOf"], {"type": "null"}]}
    if "enum" in schema:
        return {"enum": [*schema["enum"], None]}
    return schema | {"type": [schema["type"], "null"]}
