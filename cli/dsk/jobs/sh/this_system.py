"""What a model has to know of this machine to write commands for it."""

from __future__ import annotations

import os
from collections.abc import Mapping

from dsk.records import NamedTuple

FALLBACK_SHELL = "/bin/sh"
#: os-release(5)
RELEASE_FILES = ("/etc/os-release", "/usr/lib/os-release")


class ThisSystem(NamedTuple):
    """The user's shell, as it is run and as it is called, and the operating system in words."""

    shell: str
    name: str
    os: str


def this_system(env: Mapping[str, str]) -> ThisSystem:
    """This machine and this user's shell."""
    shell = env.get("SHELL") or FALLBACK_SHELL
    return ThisSystem(shell, shell.rpartition("/")[2] or shell, _os())


def _os() -> str:
    kernel = os.uname()
    if kernel.sysname == "Linux":
        name = _distribution()
        return f"Linux ({name})" if name else "Linux"
    if kernel.sysname == "Darwin":
        return f"macOS (Darwin {kernel.release})"
    return f"{kernel.sysname} {kernel.release}"


def _distribution() -> str:
    for path in RELEASE_FILES:
        try:
            with open(path, encoding="utf-8", errors="replace") as file:
                lines = file.read().splitlines()
        except OSError:
            continue
        names = [line.partition("=")[2] for line in lines if line.startswith("PRETTY_NAME=")]
        if names:
            return names[-1].strip("\"'")
    return ""
