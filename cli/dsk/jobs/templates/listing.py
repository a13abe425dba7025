"""The jobs of ``dsk template list`` and ``show``."""

from __future__ import annotations

import os
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from dsk.errors import Status, UsageFault
from dsk.output.escapes import clean_field
from dsk.output.sinks import write_out_all
from dsk.prompt.placeholders import STDIN, WORDS, names_in
from dsk.prompt.template import params_of
from dsk.state.templates import find_template, is_shipped, read_file, read_template, template_names
from dsk.world import STDOUT

if TYPE_CHECKING:
    from dsk.state.templates import Template
    from dsk.world import World

HEADING = ["TEMPLATE", "FROM", "PARAMS", "DESCRIPTION"]


def list_templates(check: Callable[[Template], None], as_json: bool, world: World) -> Status:
    """Print all templates. One that cannot be used is listed with what is wrong with it, which ``check`` finds."""
    found = [_entry(name, check, world) for name in template_names(world.env)]
    if as_json:
        from dsk.output.json_text import json_line

        for entry in found:
            write_out_all(STDOUT, json_line(entry, is_terminal=world.is_terminal(STDOUT)))
        return Status.OK
    from dsk.output.table import fitted, table

    rows = [[clean_field(field) for field in _fields(entry)] for entry in found]
    if world.is_terminal(STDOUT):
        text = fitted(HEADING, rows, os.get_terminal_size(STDOUT).columns)
    else:
        text = table(HEADING, rows, aligned=False)
    write_out_all(STDOUT, text.encode("utf-8", "replace"))
    return Status.OK


def show_template(name: str, world: World) -> Status:
    """Print the file as it is. Raises ``UsageFault`` if there is none."""
    data = read_file(find_template(name, world.env))
    if world.is_terminal(STDOUT):
        from dsk.output.escapes import firewall

        wall = firewall("show")
        data = (wall.feed(data.decode("utf-8", "replace")) + wall.close()).encode()
    write_out_all(STDOUT, data)
    return Status.OK


def _entry(name: str, check: Callable[[Template], None], world: World) -> dict[str, Any]:
    path = find_template(name, world.env)
    entry: dict[str, Any] = {"name": name, "description": None, "params": {}, "stdin": False, "words": False}
    entry |= {"path": path, "shipped": is_shipped(path), "error": None}
    try:
        template = read_template(name, path)
        check(template)
    except UsageFault as fault:
        return entry | {"error": fault.message}
    names = names_in(template.prompt or "")
    return entry | {
        "description": template.description,
        "params": {param: template.params.get(param) for param in params_of(template.system, template.prompt)},
        "stdin": STDIN in names,
        "words": WORDS in names,
    }


def _fields(entry: dict[str, Any]) -> list[str]:
    params = [param if default is None else f"[{param}]" for param, default in entry["params"].items()]
    origin = "dsk" if entry["shipped"] else "you"
    return [entry["name"], origin, " ".join(params), entry["description"] if not entry["error"] else _trouble(entry)]


def _trouble(entry: dict[str, Any]) -> str:
    """What is wrong with a template, and the line; its name tells the file."""
    error = str(entry["error"]).removeprefix(f"{entry['path']}:")
    line, _, why = error.partition(": ")
    return f"{why} (line {line})" if line.isdecimal() else error.strip()
