"""Where the references of a schema lead. Pure.

``$ref`` and its kin (JSON Schema Core, 2020-12, section 8.2) may name a place by its path or by its anchor, in the
schema itself: nothing is ever fetched.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

REFERRING = ("$ref", "$dynamicRef", "$recursiveRef")
#: Where the definitions of a schema stand; ``$def`` is DeepSeek's.
DEFINITIONS = ("$defs", "definitions", "$def")
#: Keywords whose value is data, whatever it looks like.
DATA = frozenset(("enum", "const", "default", "examples"))
#: Keywords whose value is an object of schemas, with names that the user chose.
NAMED = frozenset(("properties", "patternProperties", "dependentSchemas", "dependencies", *DEFINITIONS))
#: Keywords whose schemas look at the very value that the schema around them looks at.
_IN_PLACE = ("allOf", "anyOf", "oneOf", "not", "if", "then", "else", "dependentSchemas")
_ANCHORS = ("$anchor", "$dynamicAnchor")
#: Keywords whose check may take far more steps than schema and value have parts.
_SLOW = frozenset((*REFERRING, "pattern", "patternProperties", "uniqueItems"))


def schemas(schema: Any, path: str = "$") -> Iterator[tuple[str, dict[str, Any]]]:
    """Every schema in a schema, itself included, with the path to it."""
    if isinstance(schema, list):
        for index, inner in enumerate(schema):
            yield from schemas(inner, f"{path}[{index}]")
    elif isinstance(schema, dict):
        yield path, schema
        for key, inner in schema.items():
            if key in NAMED and isinstance(inner, dict):
                for name, part in inner.items():
                    yield from schemas(part, f"{path}.{key}.{name}")
            elif key not in DATA:
                yield from schemas(inner, f"{path}.{key}")


def lost(schema: dict[str, Any]) -> str:
    """The first reference that leads to nothing, with the path to it; "" if there is none."""
    for path, part in schemas(schema):
        for key in REFERRING:
            to = part.get(key)
            if isinstance(to, str) and resolve(schema, to) is None:
                return f"{path}.{key}: {to} leads to nothing in it"
    return ""


def circle(schema: dict[str, Any]) -> str:
    """Where references lead round and never to a part of the value, of a schema without lost ones; "" if nowhere."""
    done: set[int] = set()
    for path, part in schemas(schema):
        if _returns(schema, part, done):
            return f"{path}: its references lead to itself without end"
    return ""


def may_take_long(schema: dict[str, Any]) -> bool:
    """Whether no bound is known to the time that a check by this schema takes."""
    return any(_SLOW & part.keys() for _, part in schemas(schema))


def resolve(schema: Mapping[str, Any], reference: str) -> Any:
    """What a reference of the form ``#/a/b`` (RFC 6901) or ``#anchor`` leads to; None if to nothing, or elsewhere."""
    head, *steps = reference.split("/")
    if head != "#":
        return _anchored(schema, head[1:]) if head[:1] == "#" and not steps else None
    found: Any = schema
    for step in steps:
        step = step.replace("~1", "/").replace("~0", "~")
        if isinstance(found, list) and step.isascii() and step.isdigit() and int(step[:9]) < len(found):
            found = found[int(step[:9])]
        elif isinstance(found, dict) and step in found:
            found = found[step]
        else:
            return None
    return found


def _anchored(schema: Mapping[str, Any], name: str) -> dict[str, Any] | None:
    return next((part for _, part in schemas(schema) if any(part.get(key) == name for key in _ANCHORS)), None)


def _returns(root: dict[str, Any], schema: dict[str, Any], done: set[int]) -> bool:
    """Whether whoever follows a schema, never leaving the value at hand, comes to a schema that was followed already.

    ``done`` are those of which it is known that they end.
    """
    under_way: set[int] = set()
    # A schema to be entered, or, the second time it is met, left.
    waiting = [(schema, False)]
    while waiting:
        part, is_left = waiting.pop()
        if is_left:
            under_way.discard(id(part))
            done.add(id(part))
        elif id(part) in under_way:
            return True
        elif id(part) not in done:
            under_way.add(id(part))
            waiting.append((part, True))
            waiting += [(inner, False) for inner in _in_place(root, part) if isinstance(inner, dict)]
    return False


def _in_place(root: dict[str, Any], schema: dict[str, Any]) -> Iterator[Any]:
    for key in REFERRING:
        if isinstance(schema.get(key), str):
            yield resolve(root, schema[key])
    for key in _IN_PLACE:
        inner = schema.get(key)
        if isinstance(inner, list):
            yield from inner
        elif isinstance(inner, dict):
            yield from inner.values() if key in NAMED else (inner,)
