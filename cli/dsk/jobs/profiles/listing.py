"""The jobs of ``dsk profile list``, ``show``, ``use`` and ``remove``."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from dsk.errors import Status, UsageFault
from dsk.output.notes import note
from dsk.output.sinks import write_out_all
from dsk.output.table import fitted, table
from dsk.state.config import choose, load
from dsk.state.config_editing import choose_profile, profile_text, remove_profile
from dsk.state.paths import config_file
from dsk.state.profile import DEEPSEEK, is_built_in
from dsk.world import STDOUT

if TYPE_CHECKING:
    from dsk.state.profile import Profile
    from dsk.world import World

BUILT_IN = "built in"
HEADING = ["NAME", "BASE URL", "MODEL", "KEY", "ORIGIN"]
#: On a terminal, behind the name of the one in use.
MARK = " *"
# Both may hold secrets.
HIDDEN = ("headers", "key_command")


def list_profiles(as_json: bool, world: World) -> Status:
    """Print the profiles there are: a table on a terminal, tabs in a pipe, or an object a line."""
    config = load(world.env)
    chosen = config.profile or DEEPSEEK
    rows = []
    for name in config.names:
        profile = choose(config, name)
        origin = config.place("profiles", name) if name in config.own else BUILT_IN
        rows.append((name, profile.base_url, profile.model or "", profile.key_env, name == chosen, origin))
    if as_json:
        keys = ("name", "base_url", "model", "key_env", "in_use", "origin")
        lines = [json.dumps(dict(zip(keys, row, strict=True))) for row in rows]
        write_out_all(STDOUT, "".join(f"{line}\n" for line in lines).encode())
        return Status.OK
    if world.is_terminal(STDOUT):
        shown = [[f"{row[0]}{MARK if row[4] else ''}", *row[1:4], _line(row[5])] for row in rows]
        text = fitted(HEADING, shown, os.get_terminal_size(STDOUT).columns)
    else:
        text = table(HEADING, [[*row[:4], "yes" if row[4] else "", row[5]] for row in rows], aligned=False)
    write_out_all(STDOUT, text.encode())
    return Status.OK


def _line(origin: str) -> str:
    """An origin without the file, which is the same for all."""
    return origin if origin == BUILT_IN else f"line {origin.rpartition(':')[2]}"


def show_profile(name: str | None, world: World) -> Status:
    """Print a profile as it stands in a config file, with what is built in. Secrets are named, not shown."""
    profile = choose(load(world.env), name)
    write_out_all(STDOUT, (profile_text(profile.name, _values(profile)) + _hidden(profile)).encode())
    return Status.OK


def use_profile(name: str, world: World) -> Status:
    """Let this profile be the one that is used where none is named. Raises ``UsageFault`` if there is none."""
    choose(load(world.env), name)
    choose_profile(world.env, name)
    note(f"profile {name} is used where none is named", world)
    return Status.OK


def remove_from_file(name: str, world: World) -> Status:
    """Take a profile out of the config file. Raises ``UsageFault`` if it is not there, or the one in use."""
    config = load(world.env)
    stays = is_built_in(name)
    if name not in config.own:
        why = "it is built in" if stays else f"the profiles are {', '.join(config.names)}"
        hint = "dsk profile use chooses another one" if stays else "dsk profile list shows where each of them is"
        raise UsageFault(f"there is no profile {name!r} in {config_file(world.env)}", why, hint=hint)
    if name == config.profile and not stays:
        place = config.place("profile")
        raise UsageFault(f"profile {name} is in use", f"at {place}", hint="dsk profile use another one first")
    remove_profile(world.env, name)
    left = "; what is built in of it stays" if stays else ""
    note(f"profile {name} is out of {config_file(world.env)}{left}", world)
    return Status.OK


def _values(profile: Profile) -> dict[str, Any]:
    """The keys that say something."""
    fields = {key: value for key, value in profile._asdict().items() if key not in ("name", *HIDDEN)}
    # A base URL that is not known is no value of that key.
    unsaid: tuple[object, ...] = (None, {}) if profile.base_url else (None, {}, "")
    return {key: value for key, value in fields.items() if value not in unsaid or key == "key_env"}


def _hidden(profile: Profile) -> str:
    lines = []
    for key in HIDDEN:
        value = getattr(profile, key)
        if value:
            names = f" of {', '.join(value)}" if isinstance(value, Mapping) else ""
            lines.append(f"# {key} = (hidden){names}\n")
    return "".join(lines)
