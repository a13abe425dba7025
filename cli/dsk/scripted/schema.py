"""The shape of a request body, checked as DeepSeek's server does it: what does not fit is a 422 that names the place.

Pure. Fields that are not in the schema are ignored; null is the same as leaving a field out. The words are those
of Rust's serde, as recorded; the column is always that of the end of the body.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from typing import Any, Final

from dsk.records import NamedTuple
from dsk.scripted.refusals import Refused, misfit


class Type(NamedTuple):
    """What a field takes: a test, and the words of the error."""

    fits: Callable[[Any], bool]
    expected: str


def _is_number(value: object) -> bool:
    return isinstance(value, (int, float)) and not isinstance(value, bool)


def _is_whole(value: object) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and value >= 0


STRING = Type(lambda v: isinstance(v, str), "a string")
BOOLEAN = Type(lambda v: isinstance(v, bool), "a boolean")
NUMBER = Type(_is_number, "f32")
WHOLE = Type(_is_whole, "u32")
LIST = Type(lambda v: isinstance(v, list), "a sequence")
MAP = Type(lambda v: isinstance(v, dict), "a map")
STRING_OR_MAP = Type(lambda v: isinstance(v, (str, dict)), "a string or a map")
STOP = Type(
    lambda v: isinstance(v, str) or (isinstance(v, list) and all(isinstance(s, str) for s in v)),
    "a string or a sequence of strings",
)

COMMON: Final[dict[str, Type]] = {
    "model": STRING,
    "max_tokens": WHOLE,
    "temperature": NUMBER,
    "top_p": NUMBER,
    "frequency_penalty": NUMBER,
    "presence_penalty": NUMBER,
    "stop": STOP,
    "stream": BOOLEAN,
    "stream_options": MAP,
}
CHAT: Final[dict[str, Type]] = COMMON | {
    "messages": LIST,
    "thinking": MAP,
    "reasoning_effort": STRING,
    "response_format": MAP,
    "tools": LIST,
    "tool_choice": STRING_OR_MAP,
    "logprobs": BOOLEAN,
    "top_logprobs": WHOLE,
    "user_id": STRING,
    "safety_check": MAP,
}
FIM: Final[dict[str, Type]] = COMMON | {"prompt": STRING, "suffix": STRING, "echo": BOOLEAN, "logprobs": WHOLE}
MESSAGE: Final[dict[str, Type]] = {
    "content": Type(lambda v: isinstance(v, (str, list)), "a string or a sequence of parts"),
    "reasoning_content": STRING,
    "prefix": BOOLEAN,
    "tool_calls": LIST,
}

ROLES: Final = ("system", "user", "assistant", "tool", "latest_reminder")
DETAILS: Final = ("low", "high", "original", "auto")
#: Reasoning efforts with their aliases, as the real one that each stands for.
EFFORTS: Final = {
    "none": "none",
    "low": "low",
    "high": "high",
    "max": "max",
    "minimal": "low",
    "medium": "high",
    "xhigh": "high",
    "ultra": "max",
}
#: The recursion limit of serde_json.
DEEPEST = 128
_TOO_DEEP = "recursion limit exceeded"
_INNER: Final = {
    ("thinking", "type"): ("enabled", "disabled"),
    ("response_format", "type"): ("text", "json_object", "json_schema"),
    ("safety_check", "level"): ("high", "low"),
}


def parse(data: bytes) -> Any:
    """The JSON value of a body. Raises ``Refused`` (400) for what is not JSON in UTF-8, or too deep or too large to
    be read."""
    try:
        text = data.decode("utf-8")
        value = json.loads(text)
        # A lone surrogate can be escaped in JSON, but not written as UTF-8.
        if "\\ud" in text.lower():
            json.dumps(value, ensure_ascii=False).encode("utf-8")
    except json.JSONDecodeError as error:
        what = "expected value" if text.strip() else "EOF while parsing a value"
        raise _not_json(f"{what} at line {error.lineno} column {error.colno}") from error
    except UnicodeError as error:
        raise _not_json("invalid unicode code point") from error
    except ValueError as error:
        raise _not_json("number out of range") from error
    except RecursionError as error:
        raise _not_json(_TOO_DEEP) from error
    if is_deep(value):
        raise _not_json(_TOO_DEEP)
    return value


def is_deep(value: Any) -> bool:
    """Whether a JSON value nests deeper than serde reads."""
    level = [value]
    for _ in range(DEEPEST):
        below: list[Any] = []
        for node in level:
            if isinstance(node, dict):
                below += node.values()
            elif isinstance(node, list):
                below += node
        level = below
        if not level:
            return False
    return True


def _not_json(why: str) -> Refused:
    return Refused(400, f"Failed to parse the request body as JSON: {why}")


def check_chat(body: Any, place: str) -> None:
    """Raise ``Refused`` (422) unless the value is a chat request; ``place`` says where the body ends."""
    _check_fields(body, CHAT, ("messages", "model"), "", place)
    for number, message in enumerate(body["messages"]):
        _check_message(message, f"messages[{number}]", place)
    if (effort := body.get("reasoning_effort")) is not None:
        _check_variant(effort, tuple(EFFORTS), "reasoning_effort", place)
    for (outer, inner), variants in _INNER.items():
        if (value := body.get(outer)) is not None:
            if inner not in value:
                raise misfit(f"{outer}: missing field `{inner}`{place}")
            _check_variant(value[inner], variants, f"{outer}.{inner}", place)


def check_fim(body: Any, place: str) -> None:
    """Raise ``Refused`` (422) unless the value is a FIM request."""
    _check_fields(body, FIM, ("model", "prompt"), "", place)


def _check_message(message: Any, path: str, place: str) -> None:
    _check_fields(message, {"role": STRING}, ("role",), path, place)
    _check_variant(message["role"], ROLES, f"{path}.role", place)
    needed = () if message["role"] == "assistant" else ("content",)
    _check_fields(message, MESSAGE, needed, path, place)
    content = message.get("content")
    for number, part in enumerate(content if isinstance(content, list) else ()):
        image = part.get("image_url") if isinstance(part, dict) else None
        if isinstance(image, dict) and image.get("detail") is not None:
            _check_variant(image["detail"], DETAILS, f"{path}.content[{number}].image_url.detail", place)


def _check_fields(value: Any, fields: Mapping[str, Type], needed: tuple[str, ...], path: str, place: str) -> None:
    where = f"{path}: " if path else ""
    if not isinstance(value, dict):
        raise misfit(f"{where}invalid type: {_describe(value)}, expected a map{place}")
    for name in needed:
        if value.get(name) is None:
            raise misfit(f"{where}missing field `{name}`{place}")
    for name, kind in fields.items():
        if value.get(name) is not None and not kind.fits(value[name]):
            inner = f"{path}.{name}" if path else name
            raise misfit(f"{inner}: invalid type: {_describe(value[name])}, expected {kind.expected}{place}")


def _check_variant(value: Any, variants: tuple[str, ...], path: str, place: str) -> None:
    if value not in variants:
        known = ", ".join(f"`{variant}`" for variant in variants)
        shown = value if isinstance(value, str) else json.dumps(value)
        raise misfit(f"{path}: unknown variant `{shown}`, expected one of {known}{place}")


def _describe(value: Any) -> str:
    match value:
        case bool():
            return f"boolean `{str(value).lower()}`"
        case int():
            return f"integer `{value}`"
        case float():
            return f"floating point `{value}`"
        case str():
            return f"string {json.dumps(value, ensure_ascii=False)}"
        case list():
            return "sequence"
        case dict():
            return "map"
        case _:
            return "null"
