"""The job of ``dsk config``: every setting with its origin. Secrets are named by their place, never shown."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from dsk.errors import KeyFault, Status
from dsk.jobs.settling import BASE_URL_VARIABLE, DEEPSEEK, PROFILE_FIELDS, settle_server
from dsk.jobs.system import check_systems
from dsk.output.plain import write_line
from dsk.output.sinks import write_out_all
from dsk.output.table import table
from dsk.records import NamedTuple
from dsk.state.config import load
from dsk.state.paths import answers_folder, config_file, is_set, keys_folder, log_file, templates_folder
from dsk.world import STDOUT

if TYPE_CHECKING:
    from dsk.jobs.settling import Server
    from dsk.state.config import Config
    from dsk.wire.settings import NetworkSettings
    from dsk.world import World

HIDDEN = "(hidden)"
# How a profile's server differs from DeepSeek's.
WAYS = ("thinking", "max_effort", "max_tokens_field", "include_usage", "key_header", "query")
DEFAULT = "default"


class Row(NamedTuple):
    """A value, None where nothing was said, and where it comes from: flag, a variable, FILE:LINE or default."""

    value: object
    origin: str


class Asked(NamedTuple):
    """What ``ask`` would be told: its options by parameter name, and those whose value [defaults] gave."""

    options: Mapping[str, Row]
    from_file: frozenset[str]
    network: NetworkSettings


def print_config_path(world: World) -> Status:
    """Print the path of the config file, which is not looked at."""
    write_line(config_file(world.env), world)
    return Status.OK


def show_config(asked: Asked, as_json: bool, world: World) -> Status:
    """Print all settings: a table on a terminal, fields separated by tabs in a pipe, or one JSON object.

    Raises ``UsageFault`` for whatever is wrong with the config file.
    """
    config = load(world.env)
    check_systems(config, world.env)
    server = settle_server(asked.network, config, world.env)
    settings = _settings(asked, config, server, world.env)
    aliases = {name: Row(model, config.place("aliases", name)) for name, model in config.aliases.items()}
    prices = {name: Row(_text_of(fields), config.place("prices", name)) for name, fields in config.prices.items()}
    limits = _limits(config)
    paths = _paths(world.env)
    if as_json:
        import json

        parts = {"settings": settings, "aliases": aliases, "prices": prices, "cache": limits, "paths": paths}
        tree = {part: {name: row._asdict() for name, row in rows.items()} for part, rows in parts.items()}
        write_out_all(STDOUT, json.dumps(tree).encode() + b"\n")
        return Status.OK
    rows = dict(settings)
    rows |= {f"aliases.{name}": row for name, row in aliases.items()}
    rows |= {f"prices.{name}": row for name, row in prices.items()}
    rows |= {f"cache.{name}": row for name, row in limits.items()}
    rows |= {f"paths.{name}": row for name, row in paths.items()}
    lines = [[_shown(name), _shown(row.value), _shown(row.origin)] for name, row in rows.items()]
    text = table(["SETTING", "VALUE", "ORIGIN"], lines, aligned=world.is_terminal(STDOUT))
    write_out_all(STDOUT, text.encode())
    return Status.OK


def _settings(asked: Asked, config: Config, server: Server, env: Mapping[str, str]) -> dict[str, Row]:
    """The profile and its fields first, then the other options of ``ask``, named as the config file does."""
    profile = server.profile
    rows = {
        "profile": Row(profile.name, _profile_origin(asked, config)),
        "base_url": Row(server.base_url, _base_url_origin(asked, config, server, env)),
        "key": _key(config, server, env),
        "key_env": _own("key_env", config, server),
        "key_command": _own("key_command", config, server),
        "prefix_completion": _own("prefix_completion", config, server),
        "schema_mode": _own("schema_mode", config, server),
        "headers": _own("headers", config, server),
        **{field: _own(field, config, server) for field in WAYS},
    }
    if profile.key_command:
        rows["key_command"] = rows["key_command"]._replace(value=HIDDEN)
    rows["headers"] = rows["headers"]._replace(value=list(profile.headers))
    rows |= {field: _layered(field, asked, config, server) for field in (*PROFILE_FIELDS, "system")}
    return rows | {name: row for name, row in asked.options.items() if name not in rows}


def _profile_origin(asked: Asked, config: Config) -> str:
    if asked.network.profile:
        return asked.options["profile"].origin
    return config.place("profile") if config.profile else DEFAULT


def _base_url_origin(asked: Asked, config: Config, server: Server, env: Mapping[str, str]) -> str:
    """In the order of ``settle_server``."""
    name = server.profile.name
    if asked.network.base_url and asked.network.base_url_origin not in ("template", "file"):
        return asked.options["base_url"].origin
    if name == DEEPSEEK and env.get(BASE_URL_VARIABLE):
        return BASE_URL_VARIABLE
    if asked.network.base_url_origin != "template" and config.sets(name, "base_url"):
        return config.place("profiles", name, "base_url")
    return asked.options["base_url"].origin


def _layered(field: str, asked: Asked, config: Config, server: Server) -> Row:
    """In the order of ``settle_request``: flag, environment, template, profile of the file, [defaults], built-in."""
    said = asked.options[field]
    is_from_file = field in asked.from_file
    if said.value is not None and not is_from_file:
        return said
    if is_from_file and not config.sets(server.profile.name, field):
        return said
    return _own(field, config, server)


def _own(field: str, config: Config, server: Server) -> Row:
    """A field of the profile."""
    name = server.profile.name
    place = config.place("profiles", name, field) if config.sets(name, field) else DEFAULT
    return Row(getattr(server.profile, field), place)


def _key(config: Config, server: Server, env: Mapping[str, str]) -> Row:
    """Whether there is a key, and where. A key_command is not run: it may ask for a passphrase."""
    from dsk.state.keys import find_key

    profile = server.profile
    if not profile.key_env:
        return Row("not needed", config.place("profiles", profile.name, "key_env"))
    if profile.key_command and not env.get(profile.key_env):
        return Row("by key_command", config.place("profiles", profile.name, "key_command"))
    try:
        key, looked_at = find_key(profile, env)
    except KeyFault as fault:
        return Row("unusable", fault.message)
    return Row("set", key.origin) if key else Row("missing", f"looked at {', '.join(looked_at)}")


def _limits(config: Config) -> dict[str, Row]:
    from dsk.state.cache.limits import limits_of

    size, age = limits_of(config.cache)
    values = {"max_size": size, "max_age": int(age)}
    return {
        name: Row(config.cache.get(name, value), config.place("cache", name) if name in config.cache else DEFAULT)
        for name, value in values.items()
    }


def _paths(env: Mapping[str, str]) -> dict[str, Row]:
    config_origin, state_origin, cache_origin = (
        name if is_set(env, name) else DEFAULT for name in ("XDG_CONFIG_HOME", "XDG_STATE_HOME", "XDG_CACHE_HOME")
    )
    return {
        "config": Row(config_file(env), config_origin),
        "keys": Row(keys_folder(env), config_origin),
        "templates": Row(templates_folder(env), config_origin),
        "log": Row(log_file(env), state_origin),
        "answers": Row(answers_folder(env), cache_origin),
    }


def _text_of(price: Mapping[str, Any]) -> str:
    """The rates of a price in a few words."""
    rates = " ".join(f"{name} {price[name]}" for name in ("cache_hit", "cache_miss", "output"))
    return f"{rates} {price['currency']}, as of {price['as_of']}"


def _shown(value: object) -> str:
    """A value as one field: a printable text as it is, everything else as JSON, so that no tab, line end or control
    character gets into the table."""
    if value is None or value == () or value == []:
        return ""
    if isinstance(value, str) and value and value.isprintable():
        return value
    import json

    return json.dumps(value)
