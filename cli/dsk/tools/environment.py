"""The environment of a tool: the user's own, without the key."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from dsk.errors import without_secrets

KEY_VARIABLE = "DEEPSEEK_API_KEY"
#: What a program needs to say what it is. Nothing of it is a secret of the user's.
PLAIN = ("HOME", "LANG", "LANGUAGE", "LD_LIBRARY_PATH", "LOGNAME", "PATH", "PWD", "SHELL", "TMPDIR", "TZ", "USER")


def without_key(env: Mapping[str, str], names: Iterable[str]) -> dict[str, str]:
    """The environment without the variables of these names, that of DeepSeek's key, and all that hold the values of
    those or a key that was found elsewhere."""
    names = {KEY_VARIABLE, *names}
    secrets = {env.get(name, "") for name in names} - {""}
    return {
        name: value
        for name, value in env.items()
        if name not in names and without_secrets(value) == value and not any(secret in value for secret in secrets)
    }


def plain(env: Mapping[str, str]) -> dict[str, str]:
    """The little of it that a tool has when it is asked what it is, before there is any key."""
    return {name: value for name, value in env.items() if name in PLAIN or name.startswith("LC_")}
