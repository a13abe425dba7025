"""What a tool may see: the user's own environment without the key, and not that of the run itself."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Mapping
from contextlib import suppress

from dsk.errors import hide_secret, without_secrets

KEY_VARIABLE = "DEEPSEEK_API_KEY"
#: What a program needs to say what it is. Nothing of it is a secret of the user's.
PLAIN = ("HOME", "LANG", "LANGUAGE", "LD_LIBRARY_PATH", "LOGNAME", "PATH", "PWD", "SHELL", "TMPDIR", "TZ", "USER")

# linux/prctl.h
PR_SET_DUMPABLE = 4


def hide_key(env: Mapping[str, str], names: Iterable[str]) -> None:
    """Before any tool runs: the key, which the variables of these names or that of DeepSeek may hold, is in no text of
    the run's any more, and on Linux only root reads this process's environment and memory in /proc. Otherwise any
    program of the same user can. Nobody can trace the process then either, and it leaves no core."""
    for name in (KEY_VARIABLE, *names):
        hide_secret(env.get(name, ""))
    if sys.platform == "linux":
        with suppress(ImportError, OSError, AttributeError):
            import ctypes

            ctypes.CDLL(None).prctl(PR_SET_DUMPABLE, 0, 0, 0, 0)


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
