"""The config file: ``load`` reads and checks it, ``choose`` picks a profile. What is wrong has a file and a line.

Whether the keys of [defaults] are options of ``ask`` is for the commands to check, who know the options.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from dsk.errors import UsageFault
from dsk.records import NamedTuple
from dsk.state.paths import config_file
from dsk.state.profile import BUILT_IN, DEEPSEEK, SERVER_NAMES, Profile, new_profile
from dsk.state.toml_file import Places, read_toml


class Config(NamedTuple):
    """The file as a whole, checked. ``profiles`` always has ``deepseek``, with what the file changes in it, and the
    others that are built in where the file names them.

    ``profile`` is the name that the file chooses, None if it does not; ``own`` has the fields that the file sets
    in each profile. ``prices`` and ``cache`` are as TOML has them.
    """

    places: Places
    profile: str | None
    profiles: Mapping[str, Profile]
    own: Mapping[str, frozenset[str]]
    defaults: Mapping[str, object]
    aliases: Mapping[str, str]
    prices: Mapping[str, Mapping[str, Any]]
    cache: Mapping[str, object]

    def place(self, *keys: str) -> str:
        """``FILE:LINE`` of a key, named from the top: ``place("profiles", "groq", "model")``."""
        return self.places.at(*keys)

    def sets(self, profile: str, field: str) -> bool:
        """Whether the file itself says what this field of the profile is."""
        return field in self.own.get(profile, ())

    @property
    def names(self) -> list[str]:
        """The profiles there are: those of the file, and those that are built in."""
        return [*self.profiles, *(name for name in SERVER_NAMES if name not in self.profiles)]


def load(env: Mapping[str, str]) -> Config:
    """The config file of this environment; one that does not exist is an empty one.

    Raises ``UsageFault`` with file and line for whatever is wrong with it.
    """
    path = config_file(env)
    data = read_toml(path)
    if not data:
        return Config(Places(path, ""), None, {DEEPSEEK: BUILT_IN}, {}, {}, {}, {}, {})
    from dsk.state.config_reading import parse_config

    return parse_config(path, data)


def choose(config: Config, name: str | None = None) -> Profile:
    """The profile of this name; without one, what the file chooses, else ``deepseek``.

    Raises ``UsageFault`` naming the profiles there are.
    """
    wanted = name or config.profile or DEEPSEEK
    found = config.profiles.get(wanted)
    if found is None and wanted in SERVER_NAMES:
        return new_profile(wanted)
    if found is None:
        place = ""
        if not name:
            place = f"{config.place('profile')}: "
        elif config.defaults.get("profile") == name:
            place = f"{config.place('defaults', 'profile')}: "
        advice = near(wanted, config.names) or "dsk profile add makes one; dsk config --path names the file"
        raise UsageFault(
            f"{place}there is no profile {wanted!r}", f"the profiles are {', '.join(config.names)}", hint=advice
        )
    return found


def near(word: str, known: Iterable[str]) -> str:
    """Which of the known words may have been meant; "" if none is near."""
    from difflib import get_close_matches

    found = get_close_matches(word, list(known), n=1)
    return f"did you mean {found[0]}?" if found else ""
