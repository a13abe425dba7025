"""The files in a folder and those that a pattern matches: not what is hidden, and in a git checkout not what git
ignores.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from dsk.errors import UsageFault

if TYPE_CHECKING:
    from subprocess import CompletedProcess

#: More files than anybody means; looking for more would take its time.
MOST_NAMES = 20_000
_MAGIC = frozenset("*?[")
# Within a hook git says where its repository is, which need not be that of the folder.
_GITS_OWN = ("GIT_DIR", "GIT_WORK_TREE", "GIT_INDEX_FILE", "GIT_PREFIX", "GIT_COMMON_DIR")


def files_in(folder: str) -> list[str]:
    """The paths of all regular files in a folder and those below it, in order. Raises ``UsageFault``."""
    return sorted(str(Path(folder, name)) for name in _names(folder, folder, has_hidden=False))


def files_like(pattern: str) -> list[str]:
    """The paths of the files that a pattern matches, in order.

    ``*``, ``?`` and ``[...]`` match within one name, ``**`` any number of folders; a name that begins with a dot is
    matched by a dot. Raises ``UsageFault``.
    """
    parts = pattern.split("/")
    fixed = next(number for number, part in enumerate(parts) if not _MAGIC.isdisjoint(part))
    folder = "/".join(parts[:fixed]) or ("/" if pattern.startswith("/") else ".")
    wanted = [part for part in parts[fixed:] if part]
    if not Path(folder).is_dir():
        return []
    has_hidden = any(part.startswith(".") for part in wanted)
    depth = None if "**" in wanted else len(wanted)
    names = _names(folder, pattern, has_hidden=has_hidden, depth=depth)
    return sorted(str(Path(folder, name)) for name in names if _matches(name.split("/"), wanted))


def _matches(name: Sequence[str], wanted: Sequence[str]) -> bool:
    from fnmatch import fnmatchcase

    if not wanted:
        return not name
    if wanted[0] == "**":
        if len(wanted) == 1:
            return not any(part.startswith(".") for part in name)
        return _matches(name, wanted[1:]) or (
            len(name) > 1 and not name[0].startswith(".") and _matches(name[1:], wanted)
        )
    if not name or (name[0].startswith(".") and not wanted[0].startswith(".")):
        return False
    return fnmatchcase(name[0], wanted[0]) and _matches(name[1:], wanted[1:])


def _names(folder: str, what: str, *, has_hidden: bool, depth: int | None = None) -> list[str]:
    """The names of the regular files, from the folder on."""
    if _is_checkout(folder):
        found: Iterable[str] = _by_git(folder, what)
        # A folder that git ignores, and that is named all the same, is meant.
        if not found and _is_ignored(folder):
            found = _by_walking(folder, what, has_hidden=has_hidden, depth=depth)
    else:
        found = _by_walking(folder, what, has_hidden=has_hidden, depth=depth)
    names = []
    for count, name in enumerate(found):
        if count >= MOST_NAMES:
            raise UsageFault(f"--file {what}", f"there are more than {MOST_NAMES} files", hint="name fewer of them")
        parts = name.split("/")
        if ".git" in parts or (not has_hidden and any(part.startswith(".") for part in parts)):
            continue
        path = Path(folder, name)
        if path.is_file() and not path.is_symlink():
            names.append(name)
    return names


def _by_walking(folder: str, what: str, *, has_hidden: bool, depth: int | None) -> Iterator[str]:
    """All there is, but of the checkouts on the way only what their git has or would take."""
    for path, folders, names in os.walk(folder):
        inside = Path(path).relative_to(folder)
        if inside.parts and (Path(path) / ".git").exists():
            folders.clear()
            yield from (str(inside / name) for name in _by_git(path, what))
            continue
        if depth is not None and len(inside.parts) + 1 >= depth:
            folders.clear()
        if not has_hidden:
            folders[:] = [name for name in folders if not name.startswith(".")]
        yield from (str(inside / name) for name in names)


def _is_checkout(folder: str) -> bool:
    path = Path(folder).resolve()
    return any((place / ".git").exists() for place in (path, *path.parents))


def _is_ignored(folder: str) -> bool:
    # A checkout is not ignored by its own git, whatever that ignores in it.
    return not Path(folder, ".git").exists() and _git(folder, "check-ignore", "-q", ".").returncode == 0


def _by_git(folder: str, what: str) -> list[str]:
    """What git has or would take. Raises ``UsageFault`` if it cannot say: nobody wants secrets sent that it ignores."""
    try:
        done = _git(folder, "ls-files", "-z", "--cached", "--others", "--exclude-standard")
        why = "" if done.returncode == 0 else (os.fsdecode(done.stderr).strip().splitlines() or ["it failed"])[0]
    except OSError as error:
        why = (error.strerror or str(error)).lower()
    if why:
        raise UsageFault(f"--file {what}", f"git cannot list it: {why}", hint="name the files themselves")
    return list(dict.fromkeys(os.fsdecode(name) for name in done.stdout.split(b"\0") if name))


def _git(folder: str, *words: str) -> CompletedProcess[bytes]:
    import subprocess

    env = {name: value for name, value in os.environ.items() if name not in _GITS_OWN}
    # A monitor is a program that the checkout names.
    command = ["git", "-C", folder, "-c", "core.fsmonitor=false", *words]
    return subprocess.run(command, env=env, stdin=subprocess.DEVNULL, capture_output=True, check=False)
