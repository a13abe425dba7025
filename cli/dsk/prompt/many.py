"""All the text files in a folder, or of a pattern: read, with a limit, and what is no text left out. A pattern that
names pictures, as ``*.png`` does, means those as well."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from dsk.errors import UsageFault
from dsk.prompt.files import read_bytes, under_name
from dsk.prompt.listing import files_in, files_like
from dsk.prompt.text import argument, picture_kind
from dsk.records import NamedTuple

if TYPE_CHECKING:
    from dsk.prompt.files import Part

MOST_FILES = 1000
#: Bytes of texts: about twice what the largest context holds; and of pictures.
MOST_BYTES, MOST_PICTURE_BYTES = 8 << 20, 48 << 20
#: What the names of pictures end in.
PICTURES = (".png", ".jpg", ".jpeg", ".gif", ".webp")
# What is no text has a NUL as early as this.
_PEEK = 8192


class Many(NamedTuple):
    """The files, each under its name; ``listing`` tells a person which they are."""

    parts: list[Part]
    listing: list[str]


class _Rest(NamedTuple):
    """A file that is left out."""

    is_picture: bool


def read_many(source: str) -> Many:
    """The text files that a folder has or a pattern matches, in order, and the pictures if the pattern names them.

    Raises ``UsageFault`` if there are none, or too many, or one cannot be read.
    """
    is_folder = Path(source).is_dir()
    takes_pictures = not is_folder and source.lower().endswith(PICTURES)
    closed: list[str] = []
    paths = files_in(source, closed) if is_folder else files_like(source, closed)
    parts: list[Part] = []
    listing: list[str] = []
    rest: list[_Rest] = []
    texts = pictures = 0
    for path in paths:
        name = argument(path, f"--file {source}: a file's name")
        data = _data(path, source, takes_pictures=takes_pictures)
        if isinstance(data, _Rest):
            rest.append(data)
            continue
        kind = picture_kind(data)
        if kind:
            from dsk.prompt.images import Image

            pictures += len(data)
            parts.append(Image(name, kind, data))
        else:
            texts += len(data)
            parts.append(under_name(name, data.decode()))
        if len(parts) > MOST_FILES or texts > MOST_BYTES or pictures > MOST_PICTURE_BYTES:
            raise _too_much(source)
        listing.append(f"{name}, {'image, ' if kind else ''}{_bytes(len(data))}")
    left_out = list(_left_out(rest, closed))
    if not parts:
        why = "there is no text file in it" if is_folder else "no text file matches"
        hint = (
            f"-f FILE sends an image, and {_pattern(source)!r} all of a kind"
            if any(one.is_picture for one in rest)
            else "-f FILE sends one whatever its name; man dsk-ask tells what is left out"
        )
        raise UsageFault(f"--file {source}", "; ".join([why, *left_out]), hint=hint)
    count = f"{len(parts)} file{'s' if len(parts) > 1 else ''}, {_bytes(texts + pictures)}"
    return Many(parts, [*listing, "; ".join([f"{source}: {count}", *left_out])])


def _data(path: str, source: str, *, takes_pictures: bool) -> bytes | _Rest:
    try:
        size = Path(path).stat().st_size
        with Path(path).open("rb") as file:
            head = file.read(_PEEK)
    except OSError as error:
        raise UsageFault(
            f"--file {source}: cannot read {path}",
            (error.strerror or str(error)).lower(),
            hint="leave it out of the pattern, or see to it that it can be read",
        ) from error
    is_picture = picture_kind(head) is not None
    if (is_picture and not takes_pictures) or (b"\0" in head and not is_picture):
        return _Rest(is_picture)
    if size > (MOST_PICTURE_BYTES if is_picture else MOST_BYTES):
        raise _too_much(source)
    data = read_bytes(path, f"--file {source}: cannot read")
    if is_picture:
        return data
    try:
        data.decode()
    except UnicodeDecodeError:
        return _Rest(is_picture)
    return _Rest(is_picture) if b"\0" in data else data


def _too_much(source: str) -> UsageFault:
    most = f"{MOST_FILES} files, {MOST_BYTES >> 20} MiB of text or {MOST_PICTURE_BYTES >> 20} MiB of images"
    return UsageFault(
        f"--file {source}",
        f"it is more than {most}",
        hint="name a smaller folder, or a pattern such as 'src/**/*.py'",
    )


def _pattern(source: str) -> str:
    """One that names the pictures of a folder or of a pattern."""
    folder = source if Path(source).is_dir() else source.rpartition("/")[0]
    return str(Path(folder, "*.png"))


def _left_out(rest: Sequence[_Rest], closed: Sequence[str]) -> Iterator[str]:
    pictures = sum(one.is_picture for one in rest)
    if pictures:
        yield f"{pictures} image{'' if pictures == 1 else 's'} left out"
    if others := len(rest) - pictures:
        yield f"{others} that {'is' if others == 1 else 'are'} no text left out"
    if closed:
        yield f"{len(closed)} that cannot be looked into left out"


def _bytes(size: int) -> str:
    return f"{size} byte{'' if size == 1 else 's'}"
