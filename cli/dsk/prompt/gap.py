"""Where the text around the cursor comes from: two texts, a file with a mark, or a file and a place in it."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from dsk.errors import UsageFault
from dsk.prompt.cursor import Gap, at_mark, at_place, is_place, parse_place
from dsk.prompt.files import read_bytes
from dsk.prompt.stdin import can_stay_silent, is_directory, read_stdin
from dsk.prompt.text import argument, text_of
from dsk.records import NamedTuple
from dsk.world import STDIN

if TYPE_CHECKING:
    from dsk.world import World

STDIN_WORD = "-"
HINT = "try dsk fim --at FILE:LINE:COL, or dsk fim -h"


class GapSettings(NamedTuple):
    """What the command line says of it. ``file`` has the ``mark``; ``at`` is ``FILE:LINE:COL``; ``before`` and
    ``after`` are texts or ``@FILE``. A file ``-`` is stdin, which ``name`` gives a name."""

    file: str | None
    mark: str
    at: str | None
    before: str | None
    after: str | None
    name: str | None


def file_of(settings: GapSettings, world: World) -> str | None:
    """The name of the file that the cursor is in; None if there is no such file.

    Raises ``UsageFault`` if it is not said where the cursor is, or said twice.
    """
    _check_one_source(settings)
    if settings.before is not None or settings.after is not None:
        return None
    file = parse_place(settings.at).file if settings.at is not None else _marked_file(settings, world)
    return settings.name if file == STDIN_WORD else file


def read_gap(settings: GapSettings, world: World, before_stdin: Callable[[], None]) -> Gap:
    """The text around the cursor, of which ``file_of`` has found that it is said where it is. ``before_stdin`` is
    called before stdin is read, if that may take any time.

    Raises ``UsageFault`` if a file cannot be read or is no text, or has no such place, and if there is nothing on
    either side.
    """
    source = _Source(world, before_stdin)
    if settings.before is not None or settings.after is not None:
        found = _two_texts(settings, source)
    elif settings.at is not None:
        place = parse_place(settings.at)
        text, name = source.text(place.file, "--at", settings.name)
        found = at_place(text, place, name)
    else:
        file = settings.file or STDIN_WORD
        mark = argument(settings.mark, "--mark")
        try:
            text, name = source.text(file, "cannot read", settings.name)
        except UsageFault as fault:
            hint = f"--at {file} says where the cursor is" if is_place(file) else fault.hint
            raise UsageFault(fault.what, fault.why, hint=hint) from fault
        found = at_mark(text, mark, name)
    if not found.before and not found.after:
        raise UsageFault("there is no text around the cursor", hint="a line that says what is wanted is enough")
    return found


def _check_one_source(settings: GapSettings) -> None:
    if settings.file == "":
        raise UsageFault("FILE is empty", hint="a file has a name, and - is stdin")
    texts = "--before" if settings.before is not None else "--after" if settings.after is not None else ""
    named = [texts, "--at" if settings.at is not None else "", f"FILE {settings.file}" if settings.file else ""]
    said = [name for name in named if name]
    if len(said) > 1:
        raise UsageFault(f"{said[0]} and {said[1]}", "each says where the text is", hint="leave one of them out")
    if settings.name is not None and not _reads_stdin(settings):
        raise UsageFault(f"--name {settings.name}", "it names stdin, which is not the text", hint="leave it out")


def _reads_stdin(settings: GapSettings) -> bool:
    if settings.at is not None:
        return settings.at.startswith(f"{STDIN_WORD}:")
    return settings.before is None and settings.after is None and settings.file in (None, STDIN_WORD)


def _two_texts(settings: GapSettings, source: _Source) -> Gap:
    texts = {"--before": settings.before or "", "--after": settings.after or ""}
    if all(value == f"@{STDIN_WORD}" for value in texts.values()):
        raise UsageFault("stdin is named more than once", "it can be read only once", hint="leave one - out")
    # Stdin comes last: it may take any time, and what is wrong with the other is to be known before.
    for name in sorted(texts, key=lambda name: texts[name] == f"@{STDIN_WORD}"):
        value = texts[name]
        texts[name] = source.text(value[1:], name, None)[0] if value.startswith("@") else argument(value, name)
    return Gap(texts["--before"], texts["--after"])


def _marked_file(settings: GapSettings, world: World) -> str:
    if settings.file is None and world.is_terminal(STDIN):
        raise UsageFault("there is no text to fill in", "no file is named and stdin is a terminal", hint=HINT)
    return settings.file or STDIN_WORD


class _Source:
    """Files and standard input."""

    def __init__(self, world: World, before_stdin: Callable[[], None]) -> None:
        self._world = world
        self._before_stdin = before_stdin

    def text(self, file: str, what: str, name: str | None) -> tuple[str, str]:
        """The text of a file, and what it is called in an error; ``what`` is who wanted it."""
        if file != STDIN_WORD:
            return text_of(read_bytes(file, what), file), file
        if is_directory():
            raise UsageFault("stdin is a directory", hint="name the file")
        self._world.progress = lambda: "reading stdin"
        if can_stay_silent() or self._world.is_terminal(STDIN):
            self._before_stdin()
        called = name or "stdin"
        return text_of(read_stdin(None), called), called
