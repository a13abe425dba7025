"""The files in a folder and those that a pattern matches: not what is hidden, and in a git checkout not what git
ignores.
"""

from __future__ import annotations

import os
import stat
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


def files_in(folder: str, closed: list[str]) -> Iterator[str]:
    """The paths of all regular files in a folder and those below it, in order, found as they are asked for.

    What cannot be looked into is skipped, and its path added to ``closed``. Raises ``UsageFault``.
    """
    return (str(Path(folder, name)) for name in _names(folder, folder, closed, has_hidden=False))


def files_like(pattern: str, closed: list[str]) -> Iterator[str]:
    """The paths of the files that a pattern matches, likewise.

    ``*``, ``?`` and ``[...]`` match within one name, ``**`` any number of folders; a name that begins with a dot is
    matched by a dot. Raises ``UsageFault``.
    """
    parts = pattern.split("/")
    fixed = next(number for number, part in enumerate(parts) if not _MAGIC.isdisjoint(part))
    folder = "/".join(parts[:fixed]) or ("/" if pattern.startswith("/") else ".")
    wanted = [part for part in parts[fixed:] if part]
    if not Path(folder).is_dir():
        return iter(())
    has_hidden = any(part.startswith(".") for part in wanted)
    depth = None if "**" in wanted else len(wanted)
    names = _names(folder, pattern, closed, has_hidden=has_hidden, depth=depth)
    return (str(Path(folder, name)) for name in names if _matches(name.split("/"), wanted))


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


def _names(folder: str, what: str, closed: list[str], *, has_hidden: bool, depth: int | None = None) -> Iterator[str]:
    """The names of the regular files, from the folder on, in order."""
    if _is_checkout(folder):
        found: Iterable[str] = sorted(_by_git(folder, what))
        # A folder that git ignores, and that is named all the same, is meant.
        if not found and _is_ignored(folder):
            found = _by_walking(folder, what, closed, has_hidden=has_hidden, depth=depth)
    else:
        found = _by_walking(folder, what, closed, has_hidden=has_hidden, depth=depth)
    for count, name in enumerate(found):
        if count >= MOST_NAMES:
            raise UsageFault(f"--file {what}", f"there are more than {MOST_NAMES} files", hint="name fewer of them")
        parts = name.split("/")
        if ".git" in parts or (not has_hidden and any(part.startswith(".") for part in parts)):
            continue
        try:
            mode = os.lstat(Path(folder, name)).st_mode
        except (FileNotFoundError, NotADirectoryError):
            continue
        except OSError:
            closed.append(str(Path(folder, name)))
            continue
        if stat.S_ISREG(mode):
            yield name


def _by_walking(folder: str, what: str, closed: list[str], *, has_hidden: bool, depth: int | None) -> Iterator[str]:
    """The names of what is no folder, in the order of their paths, but of the checkouts on the way only what their git
    has or would take."""
    # One that ends in a slash is a folder that is still to be entered.
    waiting = ["/"]
    while waiting:
        name = waiting.pop()
        if not name.endswith("/"):
            yield name
            continue
        inside = name.removeprefix("/")
        try:
            with os.scandir(Path(folder, inside)) as entries:
                below = [f"{inside}{each.name}{'/' if each.is_dir(follow_symlinks=False) else ''}" for each in entries]
        except OSError:
            closed.append(str(Path(folder, inside)))
            continue
        if inside and (f"{inside}.git" in below or f"{inside}.git/" in below):
            theirs = (f"{inside}{each}" for each in _by_git(str(Path(folder, inside)), what) if not each.endswith("/"))
            waiting += sorted(theirs, reverse=True)
            continue
        is_deepest = depth is not None and inside.count("/") + 1 >= depth
        waiting += sorted((each for each in below if _is_wanted(each, is_deepest, has_hidden)), reverse=True)


def _is_wanted(name: str, is_deepest: bool, has_hidden: bool) -> bool:
    own = name.removesuffix("/").rpartition("/")[2]
    return not (is_deepest and name.endswith("/")) and (has_hidden or not own.startswith(".")) and own != ".git"


def _is_checkout(folder: str) -> bool:
    path = Path(folder).resolve()
    return any(os.path.lexists(place / ".git") for place in (path, *path.parents))


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
