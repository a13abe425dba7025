"""What may stand at the cursor: the answer to a shell's completion request.

It reads the commands and options that Click holds, but parses nothing with Click: a line that is still being
typed need not be right. Names come from the config file, never from the network.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping, Sequence

import click
from click.shell_completion import CompletionItem

from dsk.commands.group import Group
from dsk.errors import Failure
from dsk.records import NamedTuple
from dsk.shells.line import Line, split, within_quote
from dsk.shells.scripts import SEPARATOR
from dsk.world import STDOUT

FILES = {"FILE", "PATH", "DIR"}
AT_FILE = "@FILE"
KEY_AT_FILE = "K=@FILE"


class Candidates(NamedTuple):
    """What may stand at the cursor.

    ``prefix`` is the part of the current word before each of them. ``path`` is not None where the shell is to
    complete that beginning of a path.
    """

    prefix: str
    items: Sequence[CompletionItem]
    path: str | None = None


NONE = Candidates("", ())


def answer(shell: str, argv: Sequence[str]) -> None:
    """Write the answer to a request as ``dsk.shells.scripts`` describes it; argv is what its script sends."""
    from dsk.commands.root import ROOT

    line = _line(shell, argv)
    try:
        found = candidates(ROOT, line)
    except Failure:
        # A broken config file has no names to give, and this is not the time to complain.
        found = NONE
    kind = "plain" if found.path is None else "file"
    items = found.items if found.path is None else [CompletionItem(found.path)]
    rows = [(kind, found.prefix, str(item.value), item.help or "") for item in items]
    if shell == "bash":
        rows = [(kind, str(line.kept), prefix, value) for _, prefix, value, _ in rows]
        if kind == "plain" and line.quote:
            rows = [("quoted", cut, prefix, within_quote(value, line.quote)) for _, cut, prefix, value in rows]
    text = "".join(f"{SEPARATOR.join(row)}\n" for row in rows if all(field.isprintable() for field in row))
    os.write(STDOUT, text.encode("utf-8", "surrogateescape"))


def _line(shell: str, argv: Sequence[str]) -> Line:
    if shell == "bash":
        text, breaks = argv
        line = split(text, breaks)
        return line._replace(words=line.words[1:])
    *words, current = argv
    return Line(tuple(words), split(current).current if shell == "fish" else current)


def candidates(root: click.Command, line: Line) -> Candidates:
    """What may stand at the cursor of a line whose words come after the program's name."""
    if line.redirected:
        return Candidates("", (), line.current)
    place = _walk(root, line.words)
    if place is None:
        return NONE
    word = line.current
    if place.pending:
        return _values(place, place.pending, "", word)
    if word.startswith("-") and not place.literal:
        return _options(place, word)
    if isinstance(place.command, Group):
        rows = [(name, text) for name, (_, text) in place.command.table.items() if name.startswith(word)]
        return Candidates("", [CompletionItem(name, help=text) for name, text in rows])
    arguments = [p for p in place.command.params if isinstance(p, click.Argument)]
    many = [a for a in arguments for _ in range(a.nargs if a.nargs > 0 else place.positional + 1)]
    if place.positional < len(many):
        return _values(place, many[place.positional], "", word)
    return NONE


class _Place(NamedTuple):
    """The end of the complete words: whose options and arguments come next, and what is already there.

    ``pending`` is the option whose value comes next, ``values`` are those that options have already, by their
    parameters' names; ``literal``: ``--`` has ended the options.
    """

    command: click.Command
    literal: bool = False
    positional: int = 0
    pending: click.Option | None = None
    used: frozenset[click.Option] = frozenset()
    values: Mapping[str, str] = {}


def _walk(root: click.Command, words: Sequence[str]) -> _Place | None:
    """Follow the words through the commands; None if one of these is unknown."""
    place = _Place(root)
    for word in words:
        if place.pending:
            place = _with_value(place, place.pending, word)._replace(pending=None)
        elif word.startswith("-") and word != "-" and not place.literal:
            place = place._replace(literal=True) if word == "--" else _after_option(place, word)
        elif isinstance(place.command, Group):
            command = place.command.get_command(click.Context(place.command), word)
            if command is None:
                return None
            place = _Place(command, place.literal)
        else:
            place = place._replace(positional=place.positional + 1)
    return place


def _after_option(place: _Place, word: str) -> _Place:
    """The place after ``--name``, ``--name=value``, ``-n``, or short options in one word."""
    names = _names(place.command)
    name, equals, value = word.partition("=")
    singles = [name] if word.startswith("--") else [f"-{letter}" for letter in word[1:]]
    for number, single in enumerate(singles, 1):
        option = names.get(single)
        if option is None:
            return place
        place = place._replace(used=place.used | {option})
        if not option.is_flag:
            if not word.startswith("--"):
                equals = value = word[number + 1 :]
            return _with_value(place, option, value) if equals else place._replace(pending=option)
    return place


def _with_value(place: _Place, option: click.Option, value: str) -> _Place:
    return place._replace(values={**place.values, str(option.name): value})


def _names(command: click.Command) -> dict[str, click.Option]:
    options = [p for p in command.params if isinstance(p, click.Option)]
    return {name: option for option in options for name in (*option.opts, *option.secondary_opts)}


def _options(place: _Place, word: str) -> Candidates:
    """Candidates for a word that begins with a dash: option names, or the value joined to one."""
    names = _names(place.command)
    name, equals, value = word.partition("=")
    if not word.startswith("--"):
        name, equals, value = word[:2], "", word[2:]
    option = names.get(name)
    if option and not option.is_flag and (equals or value):
        return _values(place, option, name + equals, value)
    used = {o for o in place.used if not o.multiple}
    rows = [(n, o) for n, o in names.items() if n.startswith(word) and o not in used]
    return Candidates("", [CompletionItem(n, help=_help(n, o)) for n, o in rows])


def _help(name: str, option: click.Option) -> str:
    if name in option.secondary_opts:
        return f"The opposite of {option.opts[-1]}."
    return (option.help or "").partition("  [default: ")[0]


def _values(place: _Place, param: click.Parameter, prefix: str, word: str) -> Candidates:
    """Candidates for a value. What the manual calls FILE, PATH or DIR is a path; the shell knows these better. Of a
    NAME or PATH it is a path that has a slash."""
    kinds = set(_kinds(param))
    key, equals, value = word.partition("=")
    if KEY_AT_FILE in kinds and equals and value.startswith("@"):
        return Candidates(f"{prefix}{key}=@", (), value[1:])
    if AT_FILE in kinds and word.startswith("@"):
        return Candidates(f"{prefix}@", (), word[1:])
    if kinds & FILES and ("NAME" not in kinds or "/" in word):
        return Candidates(prefix, (), word)
    context = click.Context(place.command)
    context.params.update(place.values)
    return Candidates(prefix, param.shell_complete(context, word))


def _kinds(param: click.Parameter) -> Iterator[str]:
    yield from (param.metavar or str(param.name).upper()).split("|")
