"""A log that can only be read, on a read-only file system say, as a copy.

SQLite cannot open a database with a write-ahead log where it can make no file beside it, nor can a schema of another
version be brought up to date there.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path


def is_read_only(path: str) -> bool:
    """Whether the log may be read, and it or its folder may not be written."""
    return os.access(path, os.R_OK) and not all(os.access(place, os.W_OK) for place in (path, Path(path).parent))


@contextmanager
def copied(path: str) -> Iterator[str]:
    """A copy, with what is still in the write-ahead log, for its owner alone and for as long as the context lasts.

    Raises ``OSError``.
    """
    from tempfile import TemporaryDirectory

    with TemporaryDirectory(prefix="dsk-") as folder:
        copy = Path(folder, "log.db")
        shutil.copyfile(path, copy)
        with suppress(FileNotFoundError):
            shutil.copyfile(f"{path}-wal", f"{copy}-wal")
        yield str(copy)
