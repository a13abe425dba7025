"""A tool: a program, and what it says of itself."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from dsk.records import NamedTuple
from dsk.request.json_value import json_value

#: What DeepSeek takes for the name of a function.
NAME = re.compile(r"[A-Za-z0-9_-]{1,64}")
KEYS = ("name", "description", "parameters")
NO_PARAMETERS: Mapping[str, Any] = {"type": "object", "properties": {}}


class Tool(NamedTuple):
    """``path`` is the program; ``parameters`` is the JSON Schema of its arguments, which are an object."""

    path: str
    name: str
    description: str
    parameters: Mapping[str, Any]

    @property
    def function(self) -> Mapping[str, Any]:
        """The tool as a request describes it."""
        return {"name": self.name, "description": self.description, "parameters": self.parameters}


def read_tool(path: str, text: str) -> Tool:
    """The tool that the program at this path says it is. Raises ``ValueError`` with what is wrong in its text."""
    if not text.strip():
        raise ValueError("it printed nothing")
    try:
        value = json_value(text)
    except ValueError as error:
        raise ValueError(f"what it printed is not JSON: {error}") from error
    if not isinstance(value, dict):
        raise ValueError("what it printed is not a JSON object")
    for key in value:
        if key not in KEYS:
            raise ValueError(f"it has an unknown key {key!r}; known are {', '.join(KEYS)}")
    for key in ("name", "description"):
        if key not in value:
            raise ValueError(f"it has no {key}")
        if not isinstance(value[key], str):
            raise ValueError(f"its {key} is not a text")
    if not NAME.fullmatch(value["name"]):
        raise ValueError(f"its name {value['name'][:80]!r} is not 1 to 64 letters, digits, _ and -")
    return Tool(path, value["name"], value["description"], _parameters(value.get("parameters", NO_PARAMETERS)))


def _parameters(schema: Any) -> Mapping[str, Any]:
    if not isinstance(schema, dict):
        raise ValueError("its parameters are not a JSON Schema: an object")
    if schema.get("type", "object") != "object":
        raise ValueError('its parameters are not of "type": "object"')
    if not isinstance(schema.get("properties", {}), dict):
        raise ValueError('the "properties" of its parameters are not an object')
    required = schema.get("required", [])
    if not (isinstance(required, list) and all(isinstance(name, str) for name in required)):
        raise ValueError('"required" in its parameters is not a list of names')
    return schema
