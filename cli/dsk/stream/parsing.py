"""The text of a frame to a JSON value, with every way of being wrong turned into one ``ValueError``.

What comes out can be written as JSON again: no NaN, no infinity, no depth that would exhaust the stack.
"""

from __future__ import annotations

import json

#: Nothing that answers a question nests deeper, and what does could not be printed.
DEEPEST = 100
# A text shorter than this cannot nest deeper than the stack bears.
_SHORT = 400
_BLANK = " \t\r\n"


def parse(text: str) -> object:
    """The one JSON value in the text; raises ``ValueError`` with a line saying why there is none."""
    if len(text) < _SHORT:
        try:
            value, end = scan(text)
        except (ValueError, RecursionError):
            pass
        else:
            if end == len(text):
                return value
    return _parse_with_care(text)


def _parse_with_care(text: str) -> object:
    text = text.strip(_BLANK)
    try:
        value, end = scan(text)
    except json.JSONDecodeError as error:
        if error.pos >= len(text) or error.msg.startswith("Unterminated"):
            raise ValueError("it ends too early") from error
        said = f"{error.msg[0].lower()}{error.msg[1:]}".removesuffix(" at")
        raise ValueError(f"{said} at character {error.pos + 1}") from error
    except ValueError as error:
        raise ValueError("it holds a number that is too long") from error
    except RecursionError as error:
        raise ValueError("it is nested too deeply") from error
    if end != len(text):
        raise ValueError(f"extra data at character {end + 1}")
    if text.count("[") + text.count("{") > DEEPEST and _is_deep(value):
        raise ValueError("it is nested too deeply")
    return value


def _is_deep(value: object) -> bool:
    level = [value]
    for _ in range(DEEPEST):
        below: list[object] = []
        for node in level:
            if isinstance(node, dict):
                below += node.values()
            elif isinstance(node, list):
                below += node
        if not below:
            return False
        level = below
    return True


def _finite(digits: str) -> float | None:
    number = float(digits)
    return number if number - number == 0 else None


def _constant(_name: str) -> None:
    """NaN and Infinity, which are no JSON, count as null."""


#: The JSON value that begins at a place of a text, and where it ends; raises ``ValueError`` and ``RecursionError``.
scan = json.JSONDecoder(parse_float=_finite, parse_constant=_constant).raw_decode
