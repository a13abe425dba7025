"""JSON that the user wrote, as a value that can be written as JSON again. Pure."""

from __future__ import annotations

import json
from typing import Any


def json_value(text: str, *, is_clear: bool = False) -> Any:
    """The one JSON value in a text. Raises ``ValueError`` with a line saying why there is none, or none that could
    be sent: RFC 8259 knows no NaN and no infinity, UTF-8 no half of a surrogate pair. With ``is_clear`` no object may
    say one name twice, of which every reader makes what it likes."""
    try:
        value = read(text, is_clear=is_clear)
        json.dumps(value, ensure_ascii=False).encode()
    except json.JSONDecodeError as error:
        raise ValueError(_said(error)) from error
    except UnicodeEncodeError as error:
        raise ValueError("half a surrogate pair is in it") from error
    except RecursionError as error:
        raise ValueError("it is nested too deep") from error
    return value


def read(text: str, *, is_clear: bool) -> Any:
    """As ``json_value``, but that half of a surrogate pair may be in it. Raises ``RecursionError`` as well."""
    return json.loads(
        text,
        parse_constant=no_constant,
        parse_float=finite,
        parse_int=_whole,
        object_pairs_hook=_each_once if is_clear else None,
    )


def _said(error: json.JSONDecodeError) -> str:
    """Python's complaint in our style; lines are counted where there are several."""
    is_one_line = "\n" not in error.doc.strip()
    place = f"at character {error.pos + 1}" if is_one_line else f"at line {error.lineno}, column {error.colno}"
    return f"{error.msg[:1].lower()}{error.msg[1:].removesuffix(' at')} {place}"


def no_constant(name: str) -> Any:
    """Raise ``ValueError``: NaN and infinity, by any name, are Python's."""
    raise ValueError(f"{name} is no JSON value")


def _each_once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for name, value in pairs:
        if name in found:
            raise ValueError(f"{name[:80]!r} is in one object twice")
        found[name] = value
    return found


def finite(digits: str) -> float:
    """The number. Raises ``ValueError`` if it is too large for a float."""
    number = float(digits)
    if number - number != 0:
        raise ValueError(f"{digits[:20]} is too large a number")
    return number


def _whole(digits: str) -> int:
    # What Python refuses to read has more digits than any server would take.
    try:
        return int(digits)
    except ValueError as error:
        raise ValueError(f"{digits[:20]}... has too many digits for a number") from error
