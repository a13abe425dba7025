"""Templates are written whole or not at all."""

from __future__ import annotations

import os
from pathlib import Path

from dsk.state.saving import save


def create_template(path: str, data: bytes) -> bool:
    """Make a new file; False if there is one already. Raises ``LocalFault`` if it cannot be written."""
    if os.path.lexists(path):
        return False
    save_template(path, data)
    return True


def save_template(path: str, data: bytes) -> None:
    """Put the bytes into the file: ``saving.save``."""
    save(path, data, "the template")


def discard(path: str) -> None:
    """Remove a file that is not wanted any more, if it is there."""
    Path(path).unlink(missing_ok=True)
