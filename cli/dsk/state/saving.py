"""A file is written whole or not at all."""

from __future__ import annotations

import os
from pathlib import Path

from dsk.errors import LocalFault


def save(path: str, data: bytes, what: str) -> None:
    """Put the bytes into the file, which keeps its mode; a link stays one, and what it leads to is written.

    The folder is made if it is not there; a new file has the mode that the umask leaves. Raises ``LocalFault`` if it
    cannot be written, which calls the file ``what``.
    """
    target = Path(path).resolve()
    new = target.with_name(f".{target.name}.{os.getpid()}")
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        mode = target.stat().st_mode if target.exists() else None
        try:
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
        from dsk.state.file_advice import to_write

        why = (error.strerror or str(error)).lower()
        raise LocalFault(f"{what} {path} cannot be written", why, hint=to_write(path, error)) from error
