"""Files that go before the prompt, each under its name."""

from __future__ import annotations

import os
import re
import stat
from collections.abc import Callable
from typing import TYPE_CHECKING, TypeAlias

from dsk.errors import UsageFault
from dsk.prompt.stdin import LIMIT
from dsk.prompt.text import picture_kind, text_of

if TYPE_CHECKING:
    from dsk.prompt.images import Image

#: What a prompt is made of: texts and pictures.
Part: TypeAlias = "str | Image"


def read_bytes(path: str, what: str) -> bytes:
    """A local file; ``what`` names in the error (``UsageFault``) who wanted it. More than ``LIMIT`` is an error too."""
    try:
        with open(path, "rb") as file:
            data = file.read(LIMIT + 1)
    except (OSError, ValueError) as error:
        why = error.strerror if isinstance(error, OSError) and error.strerror else str(error)
        from dsk.prompt.unreadable import advice

        raise UsageFault(f"{what} {path or repr(path)}", why.lower(), hint=advice(path, error)) from error
    if len(data) > LIMIT:
        raise UsageFault(
            f"{what} {path}",
            f"it has more than {LIMIT >> 20} MiB",
            hint="send the part of it that matters: head -c, sed, grep",
        )
    return data


def read_file(path: str, what: str) -> str:
    """The text of a local file. Raises ``UsageFault``."""
    return text_of(read_bytes(path, what), path)


def under_name(name: str, text: str) -> str:
    """A file as the model sees it: its name as head(1) and tail(1) show it, then the text as it is."""
    return f"==> {name} <==\n{text}"


def is_blank(part: Part) -> bool:
    """Whether a file has a name and nothing else."""
    return isinstance(part, str) and not part.partition("\n")[2].strip()


def read_source(
    source: str,
    fetch: Callable[[str], bytes],
    stdin: Callable[[], bytes],
    tell: Callable[[str], None],
    what: str = "--file",
) -> list[Part]:
    """One value of --file: a path, a URL or ``-``, or a folder or a pattern, which may be many files.

    ``fetch`` gets the bytes of a URL; ``stdin`` gives the standard input; ``tell`` takes note of each of many files;
    ``what`` names in an error (``UsageFault``) who wanted it.
    """
    if source == "-":
        return [_part("stdin", stdin())]
    scheme = re.match(r"([a-z][a-z0-9+.-]*)://", source, re.IGNORECASE)
    if scheme and scheme[1].lower() not in ("http", "https"):
        raise UsageFault(
            f"{what} {source}", "only http:// and https:// are understood", hint="fetch it first, and give the file"
        )
    if scheme:
        return [_part(source, fetch(source))]
    if _is_many(source):
        from dsk.prompt.many import read_many

        many = read_many(source)
        for line in many.listing:
            tell(line)
        return many.parts
    return [_part(source, read_bytes(source, what))]


def _part(name: str, data: bytes) -> Part:
    kind = picture_kind(data)
    if kind is None:
        return under_name(name, text_of(data, name))
    from dsk.prompt.images import Image

    return Image(name, kind, data)


def _is_many(source: str) -> bool:
    """Whether this is a folder, or a pattern that is no file's own name."""
    try:
        return stat.S_ISDIR(os.stat(source).st_mode)  # noqa: PTH116 - pathlib takes its time to load
    except (OSError, ValueError):
        return any(char in source for char in "*?[")


def system_text(value: str, what: str) -> str:
    """The system message: the text itself, or with ``@FILE`` the file's text less its final newline.

    ``what`` names in the error (``UsageFault``) who wanted the file.
    """
    if not value.startswith("@"):
        return value
    text = read_file(value[1:], what)
    return text[:-1] if text.endswith("\n") else text
