"""The user's own templates, for the tests of them."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from tests.harness import Dsk, Result


def write_template(dsk: Dsk, name: str, text: str) -> Path:
    """Put a template of the user's own there."""
    path = dsk.home / "config" / "dsk" / "templates" / f"{name}.toml"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)
    return path


def body(dsk: Dsk, *args: str, stdin: bytes | None = None, **kw: Any) -> dict[str, Any]:
    """The body of the request that ``dsk ask`` would send."""
    result = dsk.run("ask", "--dry-run", *args, stdin=stdin, **kw)
    assert (result.errors, result.status) == ("", 0)
    found: dict[str, Any] = json.loads(result.stdout)
    return found


def prompt(dsk: Dsk, *args: str, stdin: bytes | None = None, **kw: Any) -> str:
    """The user's message of that body."""
    text: str = body(dsk, *args, stdin=stdin, **kw)["messages"][-1]["content"]
    return text


def refused(result: Result) -> list[str]:
    """What a usage error says, without the program's name."""
    assert (result.stdout, result.status) == (b"", 2)
    return [line.removeprefix("dsk: ").removeprefix("hint: ") for line in result.errors.splitlines()]
