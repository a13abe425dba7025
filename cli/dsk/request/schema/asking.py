"""A schema in a body, in the way that works best at the server, and found in a body again.

Sources: DeepSeek's guides to tool calls (strict functions, under /beta) and to JSON mode, September 2026; OpenAI's
structured outputs for ``json_schema``.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any, Literal

from dsk.errors import UsageFault
from dsk.request.prefix import is_prefix
from dsk.request.schema.example import example
from dsk.request.schema.shape import NAMES, SHAPES, Wanted
from dsk.request.schema.strict import strict_form

#: How a server takes a schema: as a strict function that must be called, as a response format, or in words.
Way = Literal["function", "json_schema", "prompt"]
WAYS: tuple[Way, ...] = ("function", "json_schema", "prompt")

#: Where a recording keeps what was wanted.
KEPT = "dsk_schema"
_BEFORE = "Answer with one JSON value and nothing else, no code fence around it. It must fit the JSON Schema "
_AFTER = "An example in JSON:"
_TASK = "Give the answer. Call this once, and say nothing else."


def check_alone(has_format: bool, *, has_prefix: bool) -> None:
    """Raise ``UsageFault`` for what goes with no schema: a response format of one's own, and a given beginning."""
    if has_format:
        raise UsageFault(
            "--schema and --set response_format", "the schema says what the answer is", hint="leave one of them out"
        )
    if has_prefix:
        raise UsageFault(
            "--schema and a prefix", "an answer that is to fit a schema begins by itself", hint="leave one of them out"
        )


def put_schema(fields: Mapping[str, Any], wanted: Wanted, way: Way) -> dict[str, Any]:
    """The body with what is wanted in it.

    A function is not asked for where the schema is not sound for it, where the model thinks, which goes with no
    forced call, where there are other tools, and where log probabilities are wanted, which a call has
    none of. Raises ``UsageFault`` for what goes with no schema.
    """
    messages = fields["messages"]
    check_alone("response_format" in fields, has_prefix=bool(messages) and is_prefix(messages[-1]))
    name = NAMES[wanted.shape]
    if way == "json_schema":
        described = {"name": name, "strict": strict_form(wanted.schema) is not None, "schema": wanted.schema}
        return {**fields, "response_format": {"type": "json_schema", "json_schema": described}}
    form = strict_form(wanted.schema) if way == "function" and may_force(fields) else None
    if form is None:
        return {
            **fields,
            "messages": _with_words(messages, name, wanted.schema),
            "response_format": {"type": "json_object"},
        }
    function = {"name": name, "description": _TASK, "strict": True, "parameters": form}
    choice = {"type": "function", "function": {"name": name}}
    return {**fields, "tools": [{"type": "function", "function": function}], "tool_choice": choice}


def may_force(fields: Mapping[str, Any]) -> bool:
    """Whether the body may have a call of one function forced: not while the model thinks, nor beside other tools, nor
    where log probabilities are wanted, which are those of a text."""
    thinking = fields.get("thinking")
    thinks = isinstance(thinking, dict) and thinking.get("type") == "enabled"
    return not thinks and not {"tools", "tool_choice", "logprobs"} & fields.keys()


def wanted_in(fields: Mapping[str, Any]) -> Wanted | None:
    """What a body asks for; None if it is no schema of ours."""
    if KEPT in fields:
        return Wanted(**fields[KEPT])
    function = forced_function(fields)
    if function and isinstance(function.get("parameters"), dict) and function.get("name") in SHAPES:
        return _checked(function["name"], function["parameters"])
    asked = fields.get("response_format")
    if not isinstance(asked, dict):
        return None
    described = asked.get("json_schema")
    if isinstance(described, dict) and described.get("name") in SHAPES:
        return _checked(described["name"], described.get("schema"))
    return _in_words(fields.get("messages")) if asked.get("type") == "json_object" else None


def forced_function(fields: Mapping[str, Any]) -> dict[str, Any] | None:
    """The function that the model has to call, as the tools describe it; None if there is none."""
    choice, tools = fields.get("tool_choice"), fields.get("tools")
    named = choice.get("function") if isinstance(choice, dict) else None
    if not isinstance(named, dict) or not isinstance(tools, list):
        return None
    functions = [tool.get("function") for tool in tools if isinstance(tool, dict)]
    found = [f for f in functions if isinstance(f, dict) and f.get("name") == named.get("name")]
    return found[0] if found else None


def tools_in(fields: Mapping[str, Any]) -> list[str]:
    """The names of the functions that the user gave the model to call; a function that answers a schema is none."""
    tools = fields.get("tools")
    functions = [tool.get("function") for tool in tools if isinstance(tool, dict)] if isinstance(tools, list) else []
    names = [str(function.get("name")) for function in functions if isinstance(function, dict)]
    return [name for name in names if name not in SHAPES]


def _checked(name: str, schema: Any) -> Wanted | None:
    shape = SHAPES[name]
    properties = schema.get("properties") if isinstance(schema, dict) else None
    is_ours = isinstance(properties, dict) and (shape == "object" or list(properties) == [shape])
    return Wanted(schema, shape) if is_ours or (shape == "object" and isinstance(schema, dict)) else None


def _with_words(messages: list[dict[str, Any]], name: str, schema: dict[str, Any]) -> list[dict[str, Any]]:
    shown, sample = (json.dumps(value, ensure_ascii=False) for value in (schema, example(schema)))
    text = f"{_BEFORE}{name}:\n{shown}\n{_AFTER}\n{sample}"
    if messages and messages[0].get("role") == "system":
        first, *rest = messages
        return [{**first, "content": f"{first['content']}\n\n{text}"}, *rest]
    return [{"role": "system", "content": text}, *messages]


def _in_words(messages: Any) -> Wanted | None:
    first = messages[0] if isinstance(messages, list) and messages else None
    content = first.get("content") if isinstance(first, dict) and first.get("role") == "system" else None
    if not isinstance(content, str) or _BEFORE not in content:
        return None
    lines = content.rpartition(_BEFORE)[2].split("\n")
    name = lines[0].rstrip(":")
    try:
        schema = json.loads(lines[1]) if name in SHAPES else None
    except (ValueError, IndexError, RecursionError):
        return None
    return _checked(name, schema) if schema is not None else None
