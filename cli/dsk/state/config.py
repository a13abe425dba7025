"""The config file: ``load`` reads and checks it, ``choose`` picks a profile. What is wrong has a file and a line.

Whether the keys of [defaults] are options of ``ask`` is for the commands to check, who know the options.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import lru_cache
from typing import Any

from dsk.errors import UsageFault
from dsk.records import NamedTuple
from dsk.state import rules
from dsk.state.paths import config_file
from dsk.state.profile import BUILT_IN, DEEPSEEK, SERVER_NAMES, Profile, is_name, new_profile
from dsk.state.toml_file import Places, parse_toml, read_toml

TOP_KEYS = ("profile", "profiles", "defaults", "aliases", "prices", "cache")
KEY_WORDS = ("api_key", "apikey", "api-key", "key", "token", "secret", "password")


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
    return parse_config(path, data) if data else _checked(Places(path, ""), {})


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
        near = _near(wanted, config.names) or "dsk profile add makes one; dsk config --path names the file"
        raise UsageFault(
            f"{place}there is no profile {wanted!r}", f"the profiles are {', '.join(config.names)}", hint=near
        )
    return found


# One run asks for the file in several places; the content is the key, so that a changed file is read anew.
@lru_cache(maxsize=1)
def parse_config(path: str, data: bytes) -> Config:
    """The config file in these bytes. Raises ``UsageFault`` as ``load`` does."""
    places, tree = parse_toml(path, data)
    return _checked(places, tree)


def _checked(places: Places, tree: Mapping[str, Any]) -> Config:
    for key in tree:
        if key not in TOP_KEYS:
            raise UsageFault(
                f"{places.at(key)}: unknown key {key!r}",
                hint=key_hint(key)
                or _near(key, TOP_KEYS)
                or "options of dsk ask go under [defaults], those of a server under [profiles.NAME]",
            )
    if "profile" in tree:
        _check_chosen(places, tree["profile"])
    tables = {key: tree.get(key, {}) for key in TOP_KEYS[1:]}
    for key, table in tables.items():
        _check(places, (key,), table, rules.TABLE)
    for alias, model in tables["aliases"].items():
        _check(places, ("aliases", alias), model, rules.NAME, f"aliases.{alias}")
    if tables["prices"]:
        from dsk.state.prices import check_prices

        check_prices(places, tables["prices"])
    for key, value in tables["cache"].items():
        if key not in rules.CACHE:
            near = _near(key, rules.CACHE) or f"the keys are {', '.join(rules.CACHE)}"
            raise UsageFault(f"{places.at('cache', key)}: unknown key {key!r} in [cache]", hint=near)
        _check(places, ("cache", key), value, rules.CACHE[key])
    profiles = {DEEPSEEK: BUILT_IN}
    profiles |= {name: _profile(places, name, table) for name, table in tables["profiles"].items()}
    own = {name: frozenset(table) for name, table in tables["profiles"].items()}
    return Config(
        places,
        tree.get("profile"),
        profiles,
        own,
        tables["defaults"],
        tables["aliases"],
        tables["prices"],
        tables["cache"],
    )


def _profile(places: Places, name: str, table: Any) -> Profile:
    path = ("profiles", name)
    if not is_name(name):
        raise UsageFault(
            f"{places.at(*path)}: a profile cannot be called {name!r}",
            hint="it names a file: no slash, no control characters, no dot or dash in front",
        )
    _check(places, path, table, rules.TABLE)
    for field, value in table.items():
        rule = rules.PROFILE.get(field)
        if rule is None:
            raise UsageFault(
                f"{places.at(*path, field)}: unknown key {field!r} in [profiles.{name}]", hint=_advice(field)
            )
        _check(places, (*path, field), value, rule)
    _check_headers(places, path, table.get("headers", {}))
    for key, value in table.get("query", {}).items():
        _check(places, (*path, "query", key), value, rules.QUERY)
    if table.get("key_env") == "" and "key_command" in table:
        raise UsageFault(
            f'{places.at(*path, "key_command")}: key_env = "" says that the server needs no key',
            hint="leave out one of the two",
        )
    return new_profile(name)._replace(**table)


def _check_chosen(places: Places, value: object) -> None:
    """The top-level ``profile``, a name; [profile.NAME] is what some write for [profiles.NAME]."""
    if isinstance(value, dict) and value:
        name = next(iter(value))
        raise UsageFault(
            f"{places.at('profile')}: profile must be {rules.NAME.expected}", hint=f"did you mean [profiles.{name}]?"
        )
    _check(places, ("profile",), value, rules.NAME)


def _check(places: Places, path: tuple[str, ...], value: object, rule: rules.Rule, name: str = "") -> None:
    """``name`` is what the value is called, if not by the last key."""
    if not rule.holds(value):
        from dsk.state.toml_advice import about_value

        what = f"{places.at(*path)}: {name or path[-1]} must be {rule.expected}"
        raise UsageFault(what, hint=about_value(*path))


def _check_headers(places: Places, profile: tuple[str, ...], headers: Mapping[str, object]) -> None:
    seen = set()
    for name, value in headers.items():
        path = (*profile, "headers", name)
        trouble = rules.header_name_trouble(name)
        if name.lower() in seen:
            trouble = f"the header {name} is there twice", "upper and lower case are the same in a header"
        if trouble:
            raise UsageFault(f"{places.at(*path)}: {trouble[0]}", hint=trouble[1])
        seen.add(name.lower())
        _check(places, path, value, rules.HEADER)


def key_hint(field: str) -> str:
    """What to say of a key of the file that seems to hold an API key; "" if it does not."""
    if field.lower() in KEY_WORDS:
        return "a key does not belong into this file: dsk key set, key_env and key_command are its places"
    return ""


def _advice(field: str) -> str:
    return key_hint(field) or _near(field, rules.PROFILE) or f"the keys are {', '.join(rules.PROFILE)}"


def _near(word: str, known: Iterable[str]) -> str:
    from difflib import get_close_matches

    near = get_close_matches(word, list(known), n=1)
    return f"did you mean {near[0]}?" if near else ""
