"""Replies written down as JSON: one object, a list of them, or an object a line. Pure.

The fields are those of ``Reply``; a recording is named by its path, which the caller reads.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from typing import Any, Final

from dsk.request.json_value import finite, no_constant
from dsk.scripted.faults import parse_fault
from dsk.scripted.refusals import dumps
from dsk.scripted.schema import is_deep
from dsk.scripted.script import Reply, ToolCall

#: Digits of a whole number: it still has a value as a float.
LONGEST_NUMBER = 300


def read_replies(text: str, read: Callable[[str], bytes]) -> tuple[Reply, ...]:
    """The replies in a text; ``read`` gives the bytes of the file at a path.

    Raises ``ValueError`` with a message for the user, which names the reply by its number or line.
    """
    try:
        value = _value(text)
        values = [(f"reply {n}", v) for n, v in enumerate(value if isinstance(value, list) else [value], 1)]
    except json.JSONDecodeError:
        values = [(f"line {n}", _line(n, line)) for n, line in enumerate(text.split("\n"), 1) if line.strip()]
    if not values:
        raise ValueError("there is no reply in it")
    return tuple(_reply(where, value, read) for where, value in values)


def _value(text: str) -> Any:
    """The JSON value in a text, one that can be sent. Raises ``ValueError``: ``JSONDecodeError`` if it is no JSON."""
    try:
        value = json.loads(text, parse_constant=no_constant, parse_float=finite, parse_int=_whole)
        if is_deep(value):
            raise RecursionError
    except RecursionError as error:
        raise ValueError("it is nested too deep") from error
    try:
        dumps(value).encode()
    except UnicodeEncodeError as error:
        raise ValueError("half a surrogate pair is in it") from error
    return value


def _whole(digits: str) -> int:
    if len(digits) > LONGEST_NUMBER:
        raise ValueError(f"{digits[:20]}... is too large a number")
    return int(digits)


def _line(number: int, line: str) -> Any:
    try:
        return _value(line)
    except json.JSONDecodeError as error:
        raise ValueError(f"line {number}: not JSON: {error.msg.lower()}, column {error.colno}") from error
    except ValueError as error:
        raise ValueError(f"line {number}: {error}") from error


def _reply(where: str, value: Any, read: Callable[[str], bytes]) -> Reply:
    if not isinstance(value, dict):
        raise ValueError(f"{where}: not an object")
    fields: dict[str, Any] = {}
    for name, given in value.items():
        if name not in _FIELDS:
            raise ValueError(f"{where}: unknown field {name!r}; known are {', '.join(_FIELDS)}")
        fits, expected, convert = _FIELDS[name]
        if not fits(given):
            raise ValueError(f"{where}: {name} must be {expected}")
        try:
            fields[name] = convert(given)
        except ValueError as error:
            raise ValueError(f"{where}: {name}: {error}") from error
    if "recording" in fields:
        fields["recording"] = read(fields["recording"])
    return Reply(**fields)


def _same(value: Any) -> Any:
    return value


def _is_text(value: Any) -> bool:
    return isinstance(value, str)


def _is_line(value: Any) -> bool:
    return isinstance(value, str) and not any(ord(char) < 0x20 or char == "\x7f" for char in value)


def _is_number(value: Any) -> bool:
    return isinstance(value, (int, float)) and not isinstance(value, bool)


def _all(test: Callable[[Any], bool]) -> Callable[[Any], bool]:
    return lambda value: isinstance(value, list) and all(map(test, value))


def _is_call(value: Any) -> bool:
    return isinstance(value, dict) and _is_text(value.get("name")) and set(value) <= set(ToolCall._fields)


def _call(value: Mapping[str, Any]) -> ToolCall:
    arguments = value.get("arguments", "")
    return ToolCall(value["name"], _text_or_json(arguments), str(value.get("id", "")))


def _text_or_json(value: Any) -> str:
    return value if isinstance(value, str) else dumps(value)


#: For each field: a test, what the error says is expected, and how the value is made.
_FIELDS: Final[dict[str, tuple[Callable[[Any], bool], str, Callable[[Any], Any]]]] = {
    "text": (_is_text, "a text", _same),
    "reasoning": (_is_text, "a text", _same),
    "tool_calls": (
        _all(_is_call),
        "a list of objects with name, arguments and id",
        lambda calls: tuple(map(_call, calls)),
    ),
    "finish_reason": (_is_text, "a text", _same),
    "usage": (lambda v: isinstance(v, dict), "an object", _same),
    "logprobs": (_all(_is_number), "a list of numbers", lambda values: tuple(map(float, values))),
    "echo": (lambda v: isinstance(v, bool), "true or false", _same),
    "yes_if": (_is_text, "a text", _same),
    "recording": (_is_text, "a path", _same),
    "status": (lambda v: isinstance(v, int) and 200 <= v <= 599, "an HTTP status from 200 to 599", _same),
    "headers": (
        lambda v: isinstance(v, dict) and all(map(_is_line, (*v, *v.values()))),
        "an object of texts without control characters",
        lambda headers: tuple(headers.items()),
    ),
    "body": (lambda v: isinstance(v, (str, dict, list)), "a text or JSON", lambda v: _text_or_json(v).encode()),
    "pace": (lambda v: _is_number(v) and v >= 0, "a number, 0 or more", float),
    "faults": (_all(_is_text), "a list of texts", lambda texts: tuple(map(parse_fault, texts))),
}
