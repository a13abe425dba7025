"""The cache is kept small: what is too old goes, then what was not used for the longest time."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

from dsk.records import NamedTuple
from dsk.state.cache.draft import DRAFT, MODE
from dsk.state.cache.limits import Limits
from dsk.state.cache.reading import is_answer
from dsk.state.cache.seal import LONGEST, START, said_by

#: Seconds after which the file of a process that was killed in the midst of it is nobody's.
ABANDONED = 86400.0
#: Seconds between two looks at the whole folder.
INTERVAL = 3600.0
MARK = ".pruned"


class File(NamedTuple):
    """A file of the folder: its path, its bytes, when it was written and when it was last used, since the epoch."""

    path: Path
    size: int
    written: float
    used: float


class Pruned(NamedTuple):
    """What was removed, and what is left: files and their bytes."""

    files: int
    size: int
    files_left: int
    size_left: int


def answers(folder: str) -> list[File]:
    """The answers in the folder, those written last at the end; none if there is no folder. Raises ``OSError``."""
    return sorted(_files(folder), key=lambda file: (file.written, file.path))


def prune(folder: str, limits: Limits, now: float) -> Pruned:
    """Remove what is beyond the limits, and what killed processes have left. Raises ``OSError``."""
    kept = []
    gone = []
    for file in _files(folder, drafts=True):
        is_draft = file.path.name.startswith(DRAFT)
        if now - file.written > (ABANDONED if is_draft else limits.age):
            gone.append(file)
        elif not is_draft:
            kept.append(file)
    kept.sort(key=lambda file: max(file.used, file.written), reverse=True)
    room = limits.size
    for number, file in enumerate(kept):
        room -= file.size
        if room < 0:
            gone += kept[number:]
            kept = kept[:number]
            break
    for file in gone:
        with suppress(FileNotFoundError):
            file.path.unlink()
    return Pruned(len(gone), sum(f.size for f in gone), len(kept), sum(f.size for f in kept))


def clear(folder: str, now: float) -> Pruned:
    """Remove all. Raises ``OSError``."""
    return prune(folder, Limits(size=-1, age=float("inf")), now)


def about(path: Path) -> dict[str, Any]:
    """What the last line of a file says; nothing of a file that is not to be read or has none."""
    try:
        # To list an answer is not to use it.
        descriptor = os.open(path, os.O_RDONLY | os.O_CLOEXEC | getattr(os, "O_NOATIME", 0))
        with open(descriptor, "rb") as file:
            file.seek(max(file.seek(0, os.SEEK_END) - LONGEST, 0))
            data = file.read()
    except OSError:
        return {}
    return said_by(data[max(data.rfind(START), 0) :]) or {}


def prune_sometimes(folder: str, limits: Limits, now: float) -> None:
    """The same, but only if nobody has for a while. What cannot be removed stays."""
    mark = Path(folder, MARK)
    with suppress(OSError):
        with suppress(FileNotFoundError):
            if 0 <= now - mark.stat().st_mtime < INTERVAL:
                return
        # First, so that others need not.
        os.close(os.open(mark, os.O_CREAT | os.O_WRONLY | os.O_CLOEXEC, MODE))
        os.utime(mark, (now, now))
        prune(folder, limits, now)


def _files(folder: str, *, drafts: bool = False) -> Iterator[File]:
    try:
        entries = os.scandir(folder)
    except (FileNotFoundError, NotADirectoryError):
        return
    with entries:
        for entry in entries:
            if is_answer(entry.name) or (drafts and entry.name.startswith(DRAFT)):
                with suppress(FileNotFoundError):
                    status = entry.stat(follow_symlinks=False)
                    yield File(Path(entry.path), status.st_size, status.st_mtime, status.st_atime)
