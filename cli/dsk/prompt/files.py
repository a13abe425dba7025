"""Files that go before the prompt, each under its name."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from dsk.errors import UsageFault
from dsk.prompt.stdin import LIMIT
from dsk.prompt.text import text_of

if TYPE_CHECKING:
    from collections.abc import Callable


def read_bytes(path: str, what: str) -> bytes:
    """A local file; ``what`` names in the error (``UsageFault``) who wanted it. More than ``LIMIT`` is an error too."""
    try:
        with open(path, "rb") as file:
            data = file.read(LIMIT + 1)
    except (OSError, ValueError) as error:
        why = error.strerror if isinstance(error, OSError) and error.strerror else str(error)
        raise UsageFault(f"{what} {path}", why.lower()) from error
    if len(data) > LIMIT:
        raise UsageFault(f"{what} {path}", f"it has more than {LIMIT >> 20} MiB")
    return data


def read_file(path: str, what: str) -> str:
    """The text of a local file. Raises ``UsageFault``."""
    return text_of(read_bytes(path, what), path)


def under_name(name: str, text: str) -> str:
    """A file as the model sees it: its name as head(1) and tail(1) show it, then the text as it is."""
    return f"==> {name} <==\n{text}"


def read_source(source: str, fetch: Callable[[str], bytes], stdin: Callable[[], str]) -> str:
    """One value of --file (a path, a URL or ``-``), under its name.

    ``fetch`` gets the bytes of a URL; ``stdin`` gives the standard input as text.
    """
    if source == "-":
        return under_name("stdin", stdin())
    scheme = re.match(r"([a-z][a-z0-9+.-]*)://", source, re.IGNORECASE)
    if scheme and scheme[1].lower() not in ("http", "https"):
        raise UsageFault(f"--file {source}", "only http:// and https:// are understood")
    if scheme:
        return under_name(source, text_of(fetch(source), source))
    return under_name(source, read_file(source, "--file"))


def system_text(value: str, what: str) -> str:
    """The system message: the text itself, or with ``@FILE`` the file's text less its final newline.

    ``what`` names in the error (``UsageFault``) who wanted the file.
    """
    if not value.startswith("@"):
        return value
    text = read_file(value[1:], what)
    return text[:-1] if text.endswith("\n") else text
