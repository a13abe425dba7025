"""Where dsk's files lie, by the XDG base directory specification. Paths are texts: nothing here touches the disk."""

from __future__ import annotations

from collections.abc import Mapping


def config_home(env: Mapping[str, str]) -> str:
    """The folder of all configuration: $XDG_CONFIG_HOME, or ~/.config."""
    return _absolute(env, "XDG_CONFIG_HOME") or f"{home(env)}/.config"


def state_home(env: Mapping[str, str]) -> str:
    """The folder of all state: $XDG_STATE_HOME, or ~/.local/state."""
    return _absolute(env, "XDG_STATE_HOME") or f"{home(env)}/.local/state"


def cache_home(env: Mapping[str, str]) -> str:
    """The folder of all that can be had again: $XDG_CACHE_HOME, or ~/.cache."""
    return _absolute(env, "XDG_CACHE_HOME") or f"{home(env)}/.cache"


def config_file(env: Mapping[str, str]) -> str:
    """The config file, whether it exists or not."""
    return f"{config_home(env)}/dsk/config.toml"


def keys_folder(env: Mapping[str, str]) -> str:
    """The folder of the key files."""
    return f"{config_home(env)}/dsk/keys"


def key_file(env: Mapping[str, str], profile: str) -> str:
    """The key file of a profile, whose name has been checked (``profile.is_name``)."""
    return f"{keys_folder(env)}/{profile}"


def templates_folder(env: Mapping[str, str]) -> str:
    """The folder of the user's own templates."""
    return f"{config_home(env)}/dsk/templates"


def log_file(env: Mapping[str, str]) -> str:
    """The log's database."""
    return f"{state_home(env)}/dsk/log.db"


def history_file(env: Mapping[str, str]) -> str:
    """What was typed in conversations."""
    return f"{state_home(env)}/dsk/history"


def answers_folder(env: Mapping[str, str]) -> str:
    """The answers that are kept to be given again."""
    return f"{cache_home(env)}/dsk/answers"


def is_set(env: Mapping[str, str], variable: str) -> bool:
    """Whether an XDG variable counts: "If an implementation encounters a relative path in any of these variables
    it should consider the path invalid and ignore it" (XDG base directory specification 0.8)."""
    return _absolute(env, variable) is not None


def home(env: Mapping[str, str]) -> str:
    """The user's home: $HOME, else what the system's user database says, else the root folder, which is what
    containers take for a user without an entry."""
    named = _absolute(env, "HOME")
    if named is not None:
        return named
    import os
    import pwd

    try:
        return pwd.getpwuid(os.getuid()).pw_dir.rstrip("/")
    except KeyError:
        return ""


def _absolute(env: Mapping[str, str], variable: str) -> str | None:
    value = env.get(variable, "")
    return value.rstrip("/") if value.startswith("/") else None
