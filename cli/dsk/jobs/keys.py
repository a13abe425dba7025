"""The jobs of ``dsk key``: nothing here writes a key anywhere but into its key file or the keyring."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dsk.errors import KeyFault, Status, UsageFault
from dsk.output.notes import note, warn
from dsk.output.plain import write_line
from dsk.state.config import choose, load
from dsk.state.paths import key_file
from dsk.world import STDIN

if TYPE_CHECKING:
    from dsk.state.profile import Profile
    from dsk.world import World

GIVE = "type it at the prompt of dsk key set, or pipe it in"


def set_key(profile_name: str | None, keyring: bool, world: World) -> Status:
    """Read a key and keep it in the key file, or in the keyring; say where it went, and what comes before it."""
    from dsk.state.secret import checked_secret

    config = load(world.env)
    profile = choose(config, profile_name)
    if not profile.key_env:
        raise UsageFault(
            f"profile {profile.name} needs no key",
            f'key_env = "" at {config.place("profiles", profile.name, "key_env")}',
            hint="if it does, name a variable there; -P names another profile",
        )
    data = _ask(profile) if world.is_terminal(STDIN) else _read(world)
    origin = "the prompt" if world.is_terminal(STDIN) else "stdin"
    secret = checked_secret(data, origin, "give the key alone, in one line")
    if keyring:
        from dsk.state.key_ring import write_entry

        write_entry(profile.name, secret)
        where = "the system keyring"
    else:
        from dsk.state.key_file import write_key_file

        where = key_file(world.env, profile.name)
        write_key_file(where, secret)
    note(f"the key of profile {profile.name} is in {where}", world)
    warn(_shadows(profile, keyring, world), world)
    return Status.OK


def print_path(profile_name: str | None, world: World) -> Status:
    """Print the path of the key file."""
    profile = choose(load(world.env), profile_name)
    write_line(key_file(world.env, profile.name), world)
    return Status.OK


def unset_key(profile_name: str | None, keyring: bool, world: World) -> Status:
    """Remove the key file, and the keyring's entry if that is asked; say what was there."""
    from dsk.state.key_file import remove_key_file

    profile = choose(load(world.env), profile_name)
    path = key_file(world.env, profile.name)
    note(f"removed {path}" if remove_key_file(path) else f"there is no {path}", world)
    if keyring:
        from dsk.state.key_ring import remove_entry

        found = remove_entry(profile.name)
        entry = f"entry of profile {profile.name} in the system keyring"
        note(f"removed the {entry}" if found else f"there is no {entry}", world)
    return Status.OK


def print_origin(profile_name: str | None, world: World) -> Status:
    """Print where the key is found. Raises ``KeyFault`` if it is nowhere or cannot be used."""
    from dsk.state.keys import find_key, no_key_fault

    profile = choose(load(world.env), profile_name)
    if not profile.key_env:
        note(f"profile {profile.name} needs no key", world)
        return Status.OK
    key, looked_at = find_key(profile, world.env)
    if key is None:
        raise no_key_fault(profile, looked_at)
    write_line(key.origin, world)
    return Status.OK


def _ask(profile: Profile) -> bytes:
    """What the user types, not shown on the terminal."""
    from dsk.jobs.hidden_prompt import ask_hidden

    try:
        return ask_hidden(f"Key of profile {profile.name} (it is not shown): ")
    except EOFError:
        raise KeyFault("no key was given", "the input ended", hint=GIVE) from None


def _read(world: World) -> bytes:
    from dsk.prompt.stdin import read_start
    from dsk.state.secret import LONGEST

    # A line end more than the longest key, and a byte that shows that this is not all.
    data = read_start(lambda: note("waiting for the key on standard input", world), LONGEST + 3)
    if not data:
        raise KeyFault("no key was given", "stdin is empty", hint=GIVE)
    return data


def _shadows(profile: Profile, keyring: bool, world: World) -> list[str]:
    """What will be used in place of the key that was just set."""
    if world.env.get(profile.key_env):
        return [f"{profile.key_env} is set in the environment and goes before it"]
    if profile.key_command:
        return ["the profile's key_command goes before it"]
    if keyring:
        return []
    from dsk.state.key_ring import read_entry

    return ["the system keyring has a key too, which goes before it"] if read_entry(profile.name).secret else []
