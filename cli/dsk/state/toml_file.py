"""A TOML file as its tree, and where each key of it stands. What is wrong with it has a file and a line."""

from __future__ import annotations

import os
import stat
from collections.abc import Mapping
from functools import cached_property
from typing import Any

from dsk.errors import UsageFault

#: Bytes of the largest file that is read.
LARGEST = 16 << 20
# What a whole number of TOML may be: https://toml.io/en/v1.0.0#integer
_LEAST_NUMBER, _LARGEST_NUMBER = -(2**63), 2**63 - 1
_TOO_LARGE = "the number is larger than 64 bits hold"
# Python reads no number with more digits than some thousands, and says nothing of its place.
_LONG_NUMBER = r"[0-9][0-9_]{999,}"


class Places:
    """Where keys stand in the file; the text is scanned only if somebody asks."""

    def __init__(self, path: str, text: str) -> None:
        """The text is valid TOML."""
        self._path = path
        self._text = text

    def at(self, *keys: str) -> str:
        """``FILE:LINE`` of a key, named from the top; the file alone if it is not there."""
        line = self._lines.get(keys)
        return f"{self._path}:{line}" if line else self._path

    @cached_property
    def _lines(self) -> Mapping[tuple[str | int, ...], int]:
        from dsk.state.toml_places import find_places

        return find_places(self._text)


def read_toml(path: str) -> bytes | None:
    """The bytes of the file; None if there is none.

    Raises ``UsageFault`` if it cannot be read, is no regular file or has more than ``LARGEST`` bytes.
    """
    what = f"{path} cannot be read"
    try:
        # Non-blocking, so that a named pipe in its place does not hang the run.
        descriptor = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
    except (FileNotFoundError, NotADirectoryError):
        return None
    except OSError as error:
        raise _unreadable(path, error) from error
    try:
        if not stat.S_ISREG(os.fstat(descriptor).st_mode):
            raise UsageFault(what, "it is not a regular file", hint="put a plain file in its place, or name one")
        with open(descriptor, "rb", closefd=False) as file:
            data = file.read(LARGEST + 1)
    except OSError as error:
        raise _unreadable(path, error) from error
    finally:
        os.close(descriptor)
    if len(data) > LARGEST:
        hint = f"is it the right file? head -c 200 {path} shows how it begins"
        raise UsageFault(what, f"it is larger than {LARGEST >> 20} MiB", hint=hint)
    return data


def _unreadable(path: str, error: OSError) -> UsageFault:
    from dsk.state.file_advice import to_read

    return UsageFault(f"{path} cannot be read", error.strerror or str(error), hint=to_read(path))


def parse_toml(path: str, data: bytes) -> tuple[Places, Mapping[str, Any]]:
    """The tree in the bytes of the file, and the places of its keys. Raises ``UsageFault`` with file and line."""
    import sys
    from importlib import import_module

    # A byte order mark is what some editors begin every UTF-8 file with.
    data = data.removeprefix(b"\xef\xbb\xbf")
    try:
        text = data.decode().replace("\r\n", "\n")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        from dsk.state.toml_advice import about_encoding

        raise UsageFault(
            f"{path}:{line}: not UTF-8", f"byte {error.start} of the file", hint=about_encoding(path, data)
        ) from error
    toml = import_module("tomllib" if sys.version_info >= (3, 11) else "tomli")
    try:
        tree: Mapping[str, Any] = toml.loads(text)
    except RecursionError as error:
        raise UsageFault(
            f"{path} cannot be read", "it is nested too deep", hint="write it with fewer brackets in each other"
        ) from error
    except ValueError as error:
        raise _syntax_fault(path, text, str(error)) from error
    places = Places(path, text)
    if way := _too_large(tree):
        raise _number_fault(places.at(*way))
    return places, tree


def _too_large(tree: Mapping[str, Any]) -> tuple[Any, ...] | None:
    """The way to a whole number that TOML does not have; None if there is none."""
    left: list[tuple[tuple[Any, ...], Any]] = [((), tree)]
    while left:
        way, value = left.pop()
        if isinstance(value, Mapping):
            left += [((*way, key), inner) for key, inner in value.items()]
        elif isinstance(value, list):
            left += [((*way, place), inner) for place, inner in enumerate(value)]
        elif isinstance(value, int) and not _LEAST_NUMBER <= value <= _LARGEST_NUMBER:
            return way
    return None


def _syntax_fault(path: str, text: str, said: str) -> UsageFault:
    """tomllib's message, its place moved to the front: "... (at line 3, column 7)" or "... (at end of document)"."""
    import re

    found = re.fullmatch(r"(.*) \(at (?:line (\d+), column (\d+)|end of document)\)", said, re.DOTALL)
    long = re.search(_LONG_NUMBER, text) if found is None else None
    if long:
        before = text.count("\n", 0, long.start())
        return _number_fault(f"{path}:{before + 1}")
    from dsk.state.toml_advice import about_syntax

    hint = about_syntax(said)
    if found is None:
        return UsageFault(f"{path}: not TOML", said, hint=hint)
    what, line, column = found.groups()
    if line:
        return UsageFault(f"{path}:{line}: not TOML", f"{what} (column {column})", hint=hint)
    return UsageFault(f"{path}:{len(text.splitlines())}: not TOML", f"{what} at the end of the file", hint=hint)


def _number_fault(place: str) -> UsageFault:
    return UsageFault(f"{place}: not TOML", _TOO_LARGE, hint=f"write one of at most {_LARGEST_NUMBER}")
