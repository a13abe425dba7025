"""The system keyring, through the optional package ``keyring``: the one room that knows it.

It is imported only here and only when it is reached, since it is slow to start and often not there.
"""

from __future__ import annotations

from importlib import import_module
from importlib.util import find_spec
from typing import Any

from dsk.errors import LocalFault
from dsk.records import NamedTuple

SERVICE = "dsk"


class Found(NamedTuple):
    """The entry, or None; ``trouble`` says why the keyring could not be asked, "" if it could."""

    secret: str | None
    trouble: str


def read_entry(profile: str) -> Found:
    """The profile's entry. A keyring that is missing, locked or broken is no reason to stop: the key may be in the
    next place."""
    if find_spec("keyring") is None:
        return Found(None, "not installed")
    try:
        return Found(import_module("keyring").get_password(SERVICE, profile), "")
    except Exception as error:
        # Backends raise what they like, each of its own family.
        return Found(None, _describe(error))


def write_entry(profile: str, secret: str) -> None:
    """Keep the key in the keyring. Raises ``LocalFault`` if that is not possible."""
    ring = _import()
    try:
        ring.set_password(SERVICE, profile, secret)
    except Exception as error:
        raise LocalFault("the keyring did not take the key", _describe(error), hint=_advice(error)) from error


def remove_entry(profile: str) -> bool:
    """Remove the profile's entry; whether there was one. Raises ``LocalFault`` if that is not possible."""
    ring = _import()
    try:
        if ring.get_password(SERVICE, profile) is None:
            return False
        ring.delete_password(SERVICE, profile)
    except Exception as error:
        raise LocalFault("the keyring did not remove the key", _describe(error), hint=_advice(error)) from error
    return True


def _import() -> Any:
    if find_spec("keyring") is None:
        raise LocalFault(
            "there is no keyring", "the Python package keyring is not installed", hint="pip install 'dsk-cli[keyring]'"
        )
    try:
        return import_module("keyring")
    except Exception as error:
        raise LocalFault("the keyring cannot be used", _describe(error), hint=_advice(error)) from error


def _advice(error: Exception) -> str:
    if type(error).__name__ == "KeyringLocked":
        return "unlock it, and run it again"
    return "leave --keyring out: without it, it is the key file that is meant"


def _describe(error: Exception) -> str:
    """What happened, in a few words: backends write whole paragraphs."""
    match type(error).__name__:
        case "NoKeyringError":
            return "none on this system"
        case "KeyringLocked":
            return "locked"
        case name:
            return str(error).partition("\n")[0].strip() or name
