"""Small tools for tests: shell scripts that say what they are, and do a thing."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

#: Writes its arguments back.
ECHO = "cat"


def write_tool(folder: Path, name: str, body: str = ECHO, **fields: Any) -> str:
    """A tool of this name, in a file of the same; ``fields`` are further ones of its schema. Its path."""
    schema = {"name": name, "description": f"does {name}"} | fields
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / name
    path.write_text(
        f"#!/bin/sh\n[ \"$1\" = --schema ] && {{ cat <<'END'\n{json.dumps(schema)}\nEND\nexit; }}\n{body}\n"
    )
    path.chmod(0o755)
    return str(path)
