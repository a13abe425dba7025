"""The bytes of the config file to what they say, checked: whatever is wrong has a file and a line.

``dsk.state.config`` tells what there is; loaded only where there is such a file.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from typing import Any

from dsk.errors import UsageFault
from dsk.state import rules
from dsk.state.config import Config, near
from dsk.state.profile import BUILT_IN, DEEPSEEK, Profile, is_name, new_profile
from dsk.state.toml_file import Places, parse_toml

TOP_KEYS = ("profile", "profiles", "defaults", "aliases", "prices", "cache")
KEY_WORDS = ("api_key", "apikey", "api-key", "key", "token", "secret", "password")


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
                or near(key, TOP_KEYS)
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
            advice = near(key, rules.CACHE) or f"the keys are {', '.join(rules.CACHE)}"
            raise UsageFault(f"{places.at('cache', key)}: unknown key {key!r} in [cache]", hint=advice)
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
    return key_hint(field) or near(field, rules.PROFILE) or f"the keys are {', '.join(rules.PROFILE)}"
