"""How the built-in script uses tools: it calls one that it is given, and tells what that gave. Pure."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from dsk.scripted.asked import Asked
from dsk.scripted.refusals import dumps
from dsk.scripted.script import Reply, ToolCall

# What in a prompt looks like a value: something in quotes, or a name with a dot or slash within.
_VALUE = re.compile(r"[\"'`]([^\"'`]+)[\"'`]|(\S*[./]\S*\w)")
_WORD = re.compile(r"[a-z]{3,}")


def with_calls(reply: Reply, asked: Asked) -> Reply:
    """The reply, which calls the tool that the prompt is about if it has nothing to say of its own."""
    is_built_in = reply.text is None and not reply.echo and not reply.tool_calls
    # What has to be called gets what its parameters say.
    if asked.fim or asked.function or not (is_built_in and asked.tools) or asked.results or asked.prefix:
        return reply
    prompt = asked.prompt.lower()
    tool = max(asked.tools, key=lambda tool: sum(word in prompt for word in _WORD.findall(tool["name"].lower())))
    return reply._replace(tool_calls=(ToolCall(tool["name"], dumps(_arguments(tool, asked.prompt))),))


def told(results: tuple[str, ...]) -> str:
    """An answer that is made of results."""
    return "\n".join(f"The tool says: {result}" for result in results) + "\n"


def _arguments(tool: Mapping[str, Any], prompt: str) -> dict[str, Any]:
    """Values for the arguments that must be given."""
    schema = tool.get("parameters")
    schema = schema if isinstance(schema, dict) else {}
    properties, required = schema.get("properties"), schema.get("required")
    kinds = properties if isinstance(properties, dict) else {}
    return {str(name): _value(kinds.get(name), prompt) for name in required} if isinstance(required, list) else {}


def _value(kind: object, prompt: str) -> Any:
    kind = kind if isinstance(kind, dict) else {}
    choices = kind.get("enum")
    if isinstance(choices, list) and choices:
        return next((choice for choice in choices if str(choice).lower() in prompt.lower()), choices[0])
    match kind.get("type"):
        case "integer" | "number":
            found = re.search(r"\d+", prompt)
            return int(found[0][:9]) if found else 1
        case "boolean":
            return True
        case "array":
            return []
        case "object":
            return {}
        case _:
            found = _VALUE.search(prompt)
            return (found[1] or found[2]) if found else prompt
