"""A schema as the user gives it: JSON Schema, or the few words of ``short``."""

from __future__ import annotations

import re
from typing import Any

from dsk.errors import UsageFault
from dsk.request.json_value import json_value
from dsk.request.schema.references import circle, lost
from dsk.request.schema.short import parse_short
from dsk.request.schema.words import Misfit

# A slash or a dot, which no name of the short form has in it, and none of its marks.
_FILE = re.compile(r"@(?P<named>.*)|(?P<plain>[^\s\"{}\[\]|?,:]*[./][^\s\"{}\[\]|?,:]*)", re.DOTALL)
_RANGE = re.compile(r"[-0-9.]+\.\.[-0-9.]+")
_JSON = re.compile(r'\s*\{\s*(?:["}]|\Z)')


def file_named(text: str) -> str | None:
    """The path, where the value of --schema names a file: ``@`` before it, or a slash or dot in it and no
    blank and no mark of the short form; a range is none."""
    match = _FILE.fullmatch(text)
    if match is None or _RANGE.fullmatch(text):
        return None
    return match["plain"] if match["named"] is None else match["named"]


def read_schema(text: str, name: str) -> dict[str, Any]:
    """The JSON Schema in a text; ``name`` says in an error where the text is. Raises ``UsageFault`` with the place.

    One that came as JSON is an object of which nothing is known but that its references lead somewhere.
    """
    if not _JSON.match(text):
        try:
            return parse_short(text)
        except Misfit as misfit:
            hint = misfit.hint or "it is JSON Schema, or as short as: name, age int, tags [str]"
            raise UsageFault(f"{name} is no schema", f"{_place(text, misfit.at)}: {misfit.why}", hint=hint) from misfit
    try:
        schema = json_value(text)
    except ValueError as error:
        raise UsageFault(
            f"{name} is not JSON",
            str(error),
            hint="a schema begins with { and a double quote, or is a few words: name, age int",
        ) from error
    assert isinstance(schema, dict), "it begins with a brace"
    if not isinstance(schema.get("$schema", ""), str):
        raise UsageFault(
            f"{name} is no JSON Schema",
            "$.$schema: it must be a text",
            hint="leave it out, or name the draft by its URL",
        )
    try:
        why, hint = lost(schema), "a $ref has the form #/$defs/NAME, or #ANCHOR"
        if not why:
            why, hint = circle(schema), "what refers to itself has to do so in a part of it, as in properties or items"
    except RecursionError as error:
        raise UsageFault(f"{name} is nested too deep", hint="use a flatter one") from error
    if why:
        raise UsageFault(f"{name} is no JSON Schema", why, hint=hint)
    return schema


def _place(text: str, at: int) -> str:
    line, column = text.count("\n", 0, at) + 1, at - text.rfind("\n", 0, at)
    return f"line {line}, character {column}" if "\n" in text.strip("\n") else f"character {column}"
