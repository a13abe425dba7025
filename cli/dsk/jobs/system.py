"""The system message that counts, and the files that the config file names for it."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING

from dsk.state.paths import config_file, home

if TYPE_CHECKING:
    from dsk.jobs.settling import Server
    from dsk.prompt.settings import PromptSettings
    from dsk.state.config import Config


def settle_system(
    prompt: PromptSettings, from_file: frozenset[str], config: Config, server: Server, env: Mapping[str, str]
) -> PromptSettings:
    """The prompt with the system message that counts: that of the template goes before the profile's, and that before
    the one of [defaults]."""
    if prompt.system is not None and "system" not in from_file:
        return prompt
    if prompt.template and prompt.template.system is not None:
        return prompt._replace(system=None)
    profile = server.profile
    table: tuple[str, ...] = ("profiles", profile.name)
    value = profile.system
    if value is None:
        value, table = prompt.system, ("defaults",)
    if value is None:
        return prompt
    return prompt._replace(system=_beside_config(value, env), system_name=f"{config.place(*table, 'system')}: system")


def check_systems(config: Config, env: Mapping[str, str]) -> None:
    """Read each file that the config file names for a system message. Raises ``UsageFault`` with its line."""
    from dsk.prompt.files import system_text

    for value, place in _systems(config):
        system_text(_beside_config(value, env), f"{place}: system")


def _systems(config: Config) -> Iterator[tuple[str, str]]:
    for name, profile in config.profiles.items():
        if profile.system is not None:
            yield profile.system, config.place("profiles", name, "system")
    value = config.defaults.get("system")
    if isinstance(value, str):
        yield value, config.place("defaults", "system")


def _beside_config(value: str, env: Mapping[str, str]) -> str:
    """``@FILE`` with a path that holds in any folder: relative to that of the config file, ``~/`` being the home."""
    if not value.startswith("@"):
        return value
    path = value[1:]
    if path.startswith("~/"):
        return f"@{home(env)}{path[1:]}"
    return "@" + os.path.join(os.path.dirname(config_file(env)), path)  # noqa: PTH118, PTH120 - pathlib is slow to load
