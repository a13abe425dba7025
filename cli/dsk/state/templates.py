"""Templates: TOML files, the user's own and those that come with dsk. A user's own goes before one that came.

Whether the placeholders are well formed is for the prompt room to say, and whether the keys of [options] are options
for the commands: here files are found and their keys and types checked.
"""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from typing import Any

from dsk.errors import UsageFault
from dsk.records import NamedTuple
from dsk.state.paths import templates_folder
from dsk.state.profile import is_name
from dsk.state.toml_file import Places, parse_toml, read_toml

SUFFIX = ".toml"
#: The folder of the templates that come with dsk.
SHIPPED = f"{os.path.dirname(os.path.dirname(os.path.abspath(__file__)))}/templates"  # noqa: PTH100, PTH120
KEYS = {"description": "a text", "system": "a text", "prompt": "a text", "params": "a table", "options": "a table"}
PARAM = "a text or a whole number"


class Template(NamedTuple):
    """A file, its keys and types checked.

    ``name`` is what it was asked for by; ``params`` are defaults; ``options`` are as TOML has them.
    """

    name: str
    path: str
    places: Places
    description: str
    system: str | None
    prompt: str | None
    params: Mapping[str, str]
    options: Mapping[str, object]


def is_path(name: str) -> bool:
    """Whether ``--template`` names a file by its path."""
    return "/" in name or name.endswith(SUFFIX)


def own_path(name: str, env: Mapping[str, str]) -> str:
    """Where the user's own template of this name lies, whether there is one or not.

    Raises ``UsageFault`` if none can be called so.
    """
    if is_path(name) or not is_name(name):
        raise UsageFault(
            f"a template cannot be called {name!r}",
            hint="it names a file: no slash, no control characters, no .toml, no dot or dash in front",
        )
    return f"{templates_folder(env)}/{name}{SUFFIX}"


def find_template(name: str, env: Mapping[str, str]) -> str:
    """The path of the template of this name or path. Raises ``UsageFault`` if there is none."""
    if is_path(name) and "\0" not in name:
        return name
    own = own_path(name, env)
    for path in (own, f"{SHIPPED}/{name}{SUFFIX}"):
        if os.path.lexists(path):
            return path
    from difflib import get_close_matches

    near = get_close_matches(name, template_names(env), n=1)
    raise UsageFault(
        f"there is no template {name!r}",
        hint=f"did you mean {near[0]}?" if near else "dsk template list shows all; a path has a slash in it",
    )


def template_names(env: Mapping[str, str]) -> list[str]:
    """The names of all templates there are, in their order."""
    return sorted({*_names_in(SHIPPED), *_names_in(templates_folder(env))})


def is_shipped(path: str) -> bool:
    """Whether the file is one of those that come with dsk."""
    return path.startswith(f"{SHIPPED}/")


def read_file(path: str) -> bytes:
    """The file of a template. Raises ``UsageFault`` if there is none, or it cannot be read."""
    data = read_toml(path)
    if data is None:
        folder = os.path.dirname(path) or "."  # noqa: PTH120 - pathlib takes longer to import than this takes to run
        hint = f"ls {folder} shows what is there; dsk template list shows those that have a name"
        raise UsageFault(f"there is no template {path}", hint=hint)
    return data


def read_template(name: str, path: str) -> Template:
    """What the file says. Raises ``UsageFault``, with file and line for whatever is wrong in it."""
    return parse_template(name, path, read_file(path))


def parse_template(name: str, path: str, data: bytes) -> Template:
    """What the bytes of the file say. Raises ``UsageFault`` with file and line."""
    places, tree = parse_toml(path, data)
    for key, value in tree.items():
        if key not in KEYS:
            raise UsageFault(f"{places.at(key)}: unknown key {key!r}", hint=_advice(key))
        wanted = dict if KEYS[key] == "a table" else str
        if not isinstance(value, wanted):
            form = f"[{key}] begins one" if wanted is dict else f'as in {key} = "text"'
            raise UsageFault(f"{places.at(key)}: {key} must be {KEYS[key]}", hint=form)
        if isinstance(value, str) and "\0" in value:
            raise UsageFault(f"{places.at(key)}: {key} has a NUL in it", hint=r"leave \u0000 out of it")
    if not (tree.get("system", "").strip() or tree.get("prompt", "").strip()):
        what = f"{path}: there is neither a prompt nor a system message in it"
        raise UsageFault(what, hint='prompt = "..." is one; dsk template show summarise prints a whole template')
    return Template(
        name=name,
        path=path,
        places=places,
        description=" ".join(tree.get("description", "").split()),
        system=tree.get("system"),
        prompt=tree.get("prompt"),
        params={key: _param(places, key, value) for key, value in tree.get("params", {}).items()},
        options=tree.get("options", {}),
    )


def _param(places: Places, key: str, value: Any) -> str:
    if isinstance(value, bool) or not isinstance(value, (str, int)):
        what = f"{places.at('params', key)}: the param {key} must be {PARAM}"
        raise UsageFault(what, hint=f'put it in quotes, as in {key} = "text"')
    return str(value)


def _advice(key: str) -> str:
    from difflib import get_close_matches

    near = get_close_matches(key, KEYS, n=1)
    if near:
        return f"did you mean {near[0]}?"
    return "options of dsk ask go under [options], defaults of placeholders under [params]"


def _names_in(folder: str) -> Sequence[str]:
    try:
        names = os.listdir(folder)  # noqa: PTH208 - pathlib takes longer to import than this takes to run
    except OSError:
        return []
    return [name[: -len(SUFFIX)] for name in names if name.endswith(SUFFIX) and is_name(name[: -len(SUFFIX)])]
