"""Templates are written whole or not at all."""

from __future__ import annotations

import os
from pathlib import Path

from dsk.errors import LocalFault


def create_template(path: str, data: bytes) -> bool:
    """Make a new file; False if there is one already. Raises ``LocalFault`` if it cannot be written."""
    if os.path.lexists(path):
        return False
    save_template(path, data)
    return True


def save_template(path: str, data: bytes) -> None:
    """Put the bytes into the file, which keeps its mode; a link stays one, and what it leads to is written.

    The folder is made if it is not there. Raises ``LocalFault`` if it cannot be written.
    """
    target = Path(path).resolve()
    new = target.with_name(f".{target.name}.{os.getpid()}")
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        mode = target.stat().st_mode if target.exists() else None
        try:
            # A new file has the mode that the umask leaves.
            with new.open("xb") as file:
                file.write(data)
                file.flush()
                if mode is not None:
                    os.fchmod(file.fileno(), mode & 0o7777)
                os.fsync(file.fileno())
            new.replace(target)
        except BaseException:
            new.unlink(missing_ok=True)
            raise
    except OSError as error:
        raise LocalFault(f"the template {path} cannot be written", (error.strerror or str(error)).lower()) from error


def discard(path: str) -> None:
    """Remove a file that is not wanted any more, if it is there."""
    Path(path).unlink(missing_ok=True)
