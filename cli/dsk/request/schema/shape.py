"""Of what shape an answer is: an object, or a list or a value in an object of one property, which is taken off again.

APIs take a schema for an object only (DeepSeek's parameters of a function and its JSON mode, OpenAI's structured
outputs). The shape goes along as the name of what is asked for, so that a body alone tells it.
"""

from __future__ import annotations

from typing import Any, Literal

from dsk.records import NamedTuple
from dsk.request.schema.references import DATA, DEFINITIONS, NAMED, REFERRING, resolve

Shape = Literal["object", "items", "value"]

NAMES: dict[Shape, str] = {"object": "dsk_answer", "items": "dsk_items", "value": "dsk_value"}
SHAPES = {name: shape for shape, name in NAMES.items()}
#: What is said of a list as a whole.
LIMITS = ("minItems", "maxItems", "uniqueItems")
_ANNOTATIONS = ("$schema", "title", "description", "$comment", "examples", "default")
_DEFINED = [[name] for name in DEFINITIONS]
_OF_A_LIST = {"type", "items", "$id", *LIMITS, *_ANNOTATIONS, *DEFINITIONS}


class Wanted(NamedTuple):
    """What an answer has to be: ``schema`` is that of the object that is asked for, which has the list or the value in
    its one property."""

    schema: dict[str, Any]
    shape: Shape

    @property
    def inner(self) -> Any:
        """The schema of the list or of the value; that of the object itself."""
        return self.schema if self.shape == "object" else self.schema["properties"][self.shape]

    @property
    def names(self) -> tuple[str, ...]:
        """The names of the properties of an object; none of anything else."""
        properties = self.schema.get("properties") if self.shape == "object" else None
        return tuple(properties) if isinstance(properties, dict) else ()


def wanted(schema: dict[str, Any]) -> Wanted:
    """What is asked for with this schema."""
    shape = shape_of(schema)
    if shape == "object":
        return Wanted(schema, shape)
    outside = {"$schema": schema["$schema"]} if "$schema" in schema else {}
    outside |= {key: _moved(schema[key], shape, is_named=True) for key in DEFINITIONS if key in schema}
    # With an id the part would be a document of its own, out of which no reference leads.
    inside = {key: value for key, value in schema.items() if key not in outside and key != "$id"}
    whole = {
        "type": "object",
        "properties": {shape: _moved(inside, shape)},
        "required": [shape],
        "additionalProperties": False,
    }
    return Wanted(whole | outside, shape)


def shape_of(schema: dict[str, Any]) -> Shape:
    """The shape; a list whose elements cannot be looked at one by one counts as a value."""
    kind = schema.get("type")
    if kind == "array" and schema.keys() <= _OF_A_LIST and isinstance(schema.get("items", {}), dict):
        return "items"
    seen = 0
    target: Any = schema
    while isinstance(target, dict) and "$ref" in target and "type" not in target and seen < len(DEFINITIONS):
        target, seen = resolve(schema, str(target["$ref"])), seen + 1
    if isinstance(target, dict) and (target.get("type") == "object" or ("properties" in target and not kind)):
        return "object"
    return "value"


def _moved(value: Any, shape: Shape, *, is_named: bool = False) -> Any:
    """A part of the schema with its references leading to where the schema is now; ``is_named``: its keys are the
    user's names, and no keywords."""
    if isinstance(value, list):
        return [_moved(inner, shape) for inner in value]
    if not isinstance(value, dict):
        return value
    if is_named:
        return {name: _moved(inner, shape) for name, inner in value.items()}
    found = {key: inner if key in DATA else _moved(inner, shape, is_named=key in NAMED) for key, inner in value.items()}
    for key in REFERRING:
        reference = value.get(key)
        if isinstance(reference, str) and _is_path(reference) and reference.split("/")[1:2] not in _DEFINED:
            found[key] = f"#/properties/{shape}{reference[1:]}"
    return found


def _is_path(reference: str) -> bool:
    return reference == "#" or reference.startswith("#/")
