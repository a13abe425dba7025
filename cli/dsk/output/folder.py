"""A folder that a stranger's files are written to, and nothing outside it.

Every step down is taken from an open folder and follows no symbolic link, so that no name leads elsewhere, whatever
changes meanwhile. A file appears under its name whole, or not at all.
"""

from __future__ import annotations

import errno
import os
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path

from dsk.errors import LocalFault
from dsk.output.opening import described

# What a file system without hard links says.
_NO_LINKS = (errno.EPERM, errno.EOPNOTSUPP, errno.ENOSYS, errno.EMLINK)
_DIRECTORY = os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC


class Folder:
    """A folder by its path, made if it is not there. ``replaces``: files that are there are replaced."""

    def __init__(self, path: str, *, replaces: bool) -> None:
        """Raises ``LocalFault`` if it is no folder and cannot be made one."""
        self._path = path
        self._replaces = replaces
        self._is_new = not os.path.lexists(path)
        self._has_files = False
        try:
            Path(path).mkdir(parents=True, exist_ok=True)
            self._top = os.open(path, _DIRECTORY)
        except (OSError, ValueError) as error:
            why = described(error) if isinstance(error, OSError) else str(error)
            raise LocalFault(f"cannot write to {path}", why, hint="--into names another folder") from error

    def path_of(self, parts: Sequence[str]) -> str:
        """The path of a file, for messages."""
        return str(Path(self._path, *parts))

    def write(self, parts: Sequence[str], data: bytes) -> None:
        """Write a file; ``parts`` are the names on the way to it, none of them ``..``, and its own.

        Raises ``FileExistsError`` if it is there already and is not to be replaced, and other ``OSError``.
        """
        *folders, name = parts
        descriptor = os.dup(self._top)
        try:
            for folder in folders:
                with suppress(FileExistsError):
                    os.mkdir(folder, dir_fd=descriptor)
                below = os.open(folder, _DIRECTORY | os.O_NOFOLLOW, dir_fd=descriptor)
                os.close(descriptor)
                descriptor = below
            self._write(name, data, descriptor)
        finally:
            os.close(descriptor)
        self._has_files = True

    def close(self) -> None:
        """Let go of it; a folder that was made for nothing is removed."""
        if self._top >= 0:
            os.close(self._top)
            self._top = -1
            if self._is_new and not self._has_files:
                with suppress(OSError):
                    Path(self._path).rmdir()

    def _write(self, name: str, data: bytes, folder: int) -> None:
        passing = f".dsk-{os.urandom(6).hex()}"
        descriptor = os.open(passing, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o666, dir_fd=folder)
        try:
            try:
                with os.fdopen(descriptor, "wb") as file:
                    file.write(data)
                if self._replaces:
                    os.replace(passing, name, src_dir_fd=folder, dst_dir_fd=folder)
                else:
                    _move(passing, name, folder)
            except BaseException:
                with suppress(OSError):
                    os.unlink(passing, dir_fd=folder)
                raise
        except IsADirectoryError as error:
            raise OSError(errno.EISDIR, "it is a folder") from error


def _move(passing: str, name: str, folder: int) -> None:
    """Give the file its name. Raises ``FileExistsError`` if another has it."""
    try:
        os.link(passing, name, src_dir_fd=folder, dst_dir_fd=folder, follow_symlinks=False)
    except OSError as error:
        if error.errno not in _NO_LINKS:
            raise
        os.close(os.open(name, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o666, dir_fd=folder))
        os.replace(passing, name, src_dir_fd=folder, dst_dir_fd=folder)
    else:
        os.unlink(passing, dir_fd=folder)
