"""A file of the cache as it is written, in a folder for its owner alone."""

from __future__ import annotations

import hashlib
import os
import stat
from contextlib import suppress
from pathlib import Path
from typing import Any

from dsk.state.cache.reading import file_of
from dsk.state.cache.seal import seal

MODE = 0o600
FOLDER_MODE = 0o700
#: How the name of a file begins that is still being written: no answer yet.
DRAFT = ".draft-"


class Draft:
    """A file that is being written, under another name until it is whole."""

    def __init__(self, folder: str, key: str) -> None:
        """Make it, and the folder. Raises ``OSError``."""
        self._folder = folder
        self._key = key
        self._digest = hashlib.sha256()
        self.size = 0
        self._is_mid_line = False
        _make_folder(Path(folder))
        self._path = Path(f"{folder}/{DRAFT}{os.getpid()}-{os.urandom(8).hex()}")
        self._descriptor = os.open(self._path, os.O_CREAT | os.O_EXCL | os.O_WRONLY | os.O_CLOEXEC, MODE)

    def write(self, data: bytes) -> None:
        """Write on. Raises ``OSError``."""
        self._digest.update(data)
        self.size += len(data)
        self._is_mid_line = not data.endswith(b"\n")
        while data:
            data = data[os.write(self._descriptor, data) :]

    def commit(self, about: dict[str, Any]) -> None:
        """Seal it and have it in the place of what was there. Raises ``OSError``."""
        if self._is_mid_line:
            self.write(b"\n")
        self.write(seal(self._key, self._digest.hexdigest(), about))
        self._close()
        self._path.replace(file_of(self._folder, self._key))

    def discard(self) -> None:
        """Let nothing of it be left."""
        with suppress(OSError):
            self._close()
        with suppress(OSError):
            self._path.unlink()

    def _close(self) -> None:
        if self._descriptor >= 0:
            descriptor, self._descriptor = self._descriptor, -1
            os.close(descriptor)


def _make_folder(folder: Path) -> None:
    """Have the folder there, closed to others."""
    for part in (*reversed(folder.parents), folder):
        part.mkdir(mode=FOLDER_MODE, exist_ok=True)
    found = folder.stat()
    if stat.S_IMODE(found.st_mode) & ~FOLDER_MODE and found.st_uid == os.geteuid():
        folder.chmod(FOLDER_MODE)
