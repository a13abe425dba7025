"""All the text files in a folder, or of a pattern: read, with a limit, and what is no text left out."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

from dsk.errors import UsageFault
from dsk.prompt.files import read_bytes, under_name
from dsk.prompt.listing import files_in, files_like
from dsk.prompt.text import argument

MOST_FILES = 1000
#: Bytes: about twice what the largest context holds.
MOST_BYTES = 8 << 20
# What is no text has a NUL as early as this.
_PEEK = 8192


class Many(NamedTuple):
    """The files, each under its name; ``listing`` tells a person which they are."""

    texts: list[str]
    listing: list[str]


def read_many(source: str) -> Many:
    """The text files that a folder has or a pattern matches, in order.

    Raises ``UsageFault`` if there are none, or too many, or one cannot be read.
    """
    closed: list[str] = []
    paths = files_in(source, closed) if Path(source).is_dir() else files_like(source, closed)
    texts: list[str] = []
    listing: list[str] = []
    total = rest = 0
    for path in paths:
        name = argument(path, f"--file {source}: a file's name")
        text = _text(path, source)
        if text is None:
            rest += 1
            continue
        size = len(text.encode())
        total += size
        if len(texts) == MOST_FILES or total > MOST_BYTES:
            raise _too_much(source)
        texts.append(under_name(name, text))
        listing.append(f"{name}, {_bytes(size)}")
    if not texts:
        why = "there is no text file in it" if Path(source).is_dir() else "no text file matches"
        raise UsageFault(f"--file {source}", "; ".join([why, *_left_out(rest, closed)]))
    count = f"{len(texts)} file{'s' if len(texts) > 1 else ''}, {_bytes(total)}"
    return Many(texts, [*listing, "; ".join([f"{source}: {count}", *_left_out(rest, closed)])])


def _text(path: str, source: str) -> str | None:
    try:
        is_large = Path(path).stat().st_size > MOST_BYTES
        if is_large:
            with Path(path).open("rb") as file:
                if b"\0" in file.read(_PEEK):
                    return None
    except OSError as error:
        raise UsageFault(f"--file {source}: cannot read {path}", (error.strerror or str(error)).lower()) from error
    if is_large:
        raise _too_much(source)
    data = read_bytes(path, f"--file {source}: cannot read")
    try:
        return None if b"\0" in data else data.decode()
    except UnicodeDecodeError:
        return None


def _too_much(source: str) -> UsageFault:
    return UsageFault(
        f"--file {source}",
        f"it is more than {MOST_FILES} text files or {MOST_BYTES >> 20} MiB",
        hint="name a smaller folder, or a pattern such as 'src/**/*.py'",
    )


def _left_out(count: int, closed: Sequence[str]) -> list[str]:
    said = [f"{count} that {'is' if count == 1 else 'are'} no text left out"] if count else []
    return [*said, f"{len(closed)} that cannot be looked into left out"] if closed else said


def _bytes(size: int) -> str:
    return f"{size} byte{'' if size == 1 else 's'}"
