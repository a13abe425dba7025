"""Where a profile's key is looked for, in this order: environment, key_command, keyring, key file."""

from __future__ import annotations

import os
from collections.abc import Mapping
from typing import TYPE_CHECKING

from dsk.errors import KeyFault
from dsk.records import NamedTuple
from dsk.state.paths import key_file
from dsk.state.profile import DEEPSEEK
from dsk.state.secret import Key, checked_secret

if TYPE_CHECKING:
    from dsk.state.profile import Profile


class Search(NamedTuple):
    """The key, if it was found, and the places that were looked at until then, with what was the matter there."""

    key: Key | None
    looked_at: tuple[str, ...]


def find_key(profile: Profile, env: Mapping[str, str]) -> Search:
    """Look for the key of a profile; nowhere if its server needs none.

    Raises ``KeyFault`` if a place has a key that cannot be used, or ``key_command`` fails: going on to the next
    place would use another key than the one that was meant.
    """
    if not profile.key_env:
        return Search(None, ())
    found = env.get(profile.key_env)
    if found:
        again = f"set {profile.key_env} to the key alone; unset, it lets the other places be looked at"
        return _found(os.fsencode(found), profile.key_env, again)
    if profile.key_command:
        from dsk.state.key_command import run_key_command

        again = "the first line that it prints is to be the key alone; run it by hand"
        return _found(run_key_command(profile.key_command, profile.name, env), "key_command", again)
    from dsk.state.key_file import read_key_file
    from dsk.state.key_ring import read_entry

    entry, trouble = read_entry(profile.name)
    if entry is not None:
        again = f"dsk key set --keyring{_option(profile)} puts another one there"
        return _found(entry.encode("utf-8", "surrogatepass"), "keyring", again)
    path = key_file(env, profile.name)
    data = read_key_file(path)
    if data is not None:
        return _found(data, path, f"dsk key set{_option(profile)} puts another one there")
    ring = f"keyring ({trouble})" if trouble else "keyring"
    return Search(None, (profile.key_env, "key_command (not set)", ring, path))


def no_key_fault(profile: Profile, looked_at: tuple[str, ...], *, has_offline: bool = False) -> KeyFault:
    """The failure of a run that needs a key and has found none. ``has_offline``: its command has that option."""
    instead = "; --offline needs no key" if has_offline else ""
    return KeyFault(
        f"no key for profile {profile.name}",
        f"looked at {', '.join(looked_at)}",
        hint=f"set {profile.key_env} or run dsk key set{_option(profile)}{instead}",
    )


def _option(profile: Profile) -> str:
    return "" if profile.name == DEEPSEEK else f" -P {profile.name}"


def _found(data: bytes, origin: str, hint: str) -> Search:
    """``hint`` is what to do about a key there that cannot be used."""
    return Search(Key(checked_secret(data, origin, hint), origin), (origin,))
