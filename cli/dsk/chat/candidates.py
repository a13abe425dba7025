"""What may stand at the cursor of a line: commands, and what each takes."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import suppress

from dsk.chat.commands import COMMANDS, LEVELS, Kind
from dsk.chat.files import expanded
from dsk.errors import Failure
from dsk.records import NamedTuple
from dsk.state.paths import log_file
from dsk.state.sessions.names import known_names


class Candidate(NamedTuple):
    """A text that may take the place of the last ``length`` characters before the cursor, and what it is."""

    text: str
    length: int
    help: str = ""


def candidates(before: str, env: Mapping[str, str], models: Callable[[], Iterable[str]]) -> Iterator[Candidate]:
    """What may stand at the cursor; ``before`` is what is typed before it, ``models`` gives the names of models."""
    if not before.startswith("/") or before.startswith("//") or "\n" in before:
        return
    name, space, argument = before[1:].partition(" ")
    argument = argument.lstrip()
    if not space:
        yield from (
            Candidate(f"/{known}{' ' if command.takes else ''}", len(before), command.help)
            for known, command in COMMANDS.items()
            if known.startswith(name)
        )
    elif name in COMMANDS:
        # A broken config file has no names to give, and this is not the time to complain.
        with suppress(Failure):
            kind = COMMANDS[name].kind
            for text in _beginning(argument, models()) if kind == "model" else _VALUES[kind](argument, env):
                yield Candidate(text, len(argument))


def _files(beginning: str, env: Mapping[str, str]) -> Iterator[str]:
    folder, slash, name = beginning.rpartition("/")
    try:
        entries = sorted(os.scandir(expanded(folder + slash, env) or "."), key=lambda entry: entry.name)
    except OSError:
        return
    for entry in entries:
        if entry.name.startswith(name) and (name or not entry.name.startswith(".")) and entry.name.isprintable():
            yield f"{folder}{slash}{entry.name}{'/' if entry.is_dir() else ''}"


def _beginning(word: str, names: Iterable[str]) -> Iterator[str]:
    return (name for name in names if name.startswith(word))


def _at_file(beginning: str, env: Mapping[str, str]) -> Iterator[str]:
    if beginning.startswith("@"):
        yield from (f"@{path}" for path in _files(beginning[1:], env))


def _sessions(beginning: str, env: Mapping[str, str]) -> Iterator[str]:
    yield from _beginning(beginning, ("rename ",))
    yield from known_names(log_file(env), beginning)


_VALUES: Mapping[Kind, Callable[[str, Mapping[str, str]], Iterator[str]]] = {
    "": lambda *_: iter(()),
    "command": lambda word, _env: _beginning(word.lstrip("/"), COMMANDS),
    "system": _at_file,
    "file": _files,
    "level": lambda word, _env: _beginning(word, LEVELS),
    "session": _sessions,
}
