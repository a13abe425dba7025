"""What to do about a file that cannot be read."""

from __future__ import annotations

import os

# Of 1: an ending alone, as in none.txt and v.txt, makes no name like another.
ALIKE = 0.75


def advice(path: str, error: Exception) -> str:
    """The next step: the name that was meant, say."""
    if not path:
        return "a file has a name, and - is stdin"
    if path == "-":
        return "stdin is not read here: name a file"
    if isinstance(error, FileNotFoundError):
        folder, name = os.path.split(path)
        try:
            names = os.listdir(folder or ".")  # noqa: PTH208
        except OSError:
            return f"there is no folder {folder}, or it cannot be looked into"
        from difflib import get_close_matches

        near = get_close_matches(name, [one for one in names if one.isprintable()], n=1, cutoff=ALIKE)
        return f"did you mean {os.path.join(folder, near[0])}?" if near else f"ls {folder or '.'} shows what is there"  # noqa: PTH118
    if isinstance(error, IsADirectoryError):
        return "name the files in it"
    if isinstance(error, PermissionError):
        return f"ls -l {path} shows who may read it"
    return "name another file"
