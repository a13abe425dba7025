"""What was said of the output, looked at before anything is connected to: nothing is opened or made that can be."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from dsk.errors import UsageFault
from dsk.output.opening import as_number, check_descriptor, descriptor_in, open_path, place_of
from dsk.world import STDOUT

if TYPE_CHECKING:
    from dsk.output.settings import OutputSettings


def check_output(settings: OutputSettings, record: str | None) -> None:
    """Raise what ``open_printer`` would for a descriptor that is not open, for what goes to no place together, and
    for a file or folder that cannot be made or written to; for the file of a recording too."""
    output = "-" if settings.output is None else settings.output
    if output != "-":
        _check_place(output, "--output", descriptor_in(output))
    if renders_raw(settings):
        raise markdown_fault()
    for option, value in (
        ("--reasoning-to", settings.reasoning_to),
        ("--events-to", settings.events_to),
        ("--usage-to", settings.usage_to),
    ):
        if value not in (None, "-"):
            _check_place(value, option, _number(value))
    if settings.extract and settings.extract.into is not None:
        _check_folder(settings.extract.into)
    if settings.events_to is not None and settings.format in ("text", "raw"):
        answer = STDOUT if output == "-" else descriptor_in(output)
        if _key(settings.events_to, _number(settings.events_to)) == _key(output, answer):
            raise events_fault(settings)
    if record is not None:
        _check_place(record, "--record", None)


def check_reasoning(settings: OutputSettings) -> None:
    """Raise ``UsageFault`` if the reasoning, which is text, is to go where JSON or frames go."""
    place = settings.reasoning_to
    if place is None:
        return
    where = _key(place, _number(place))
    what = {"raw": "frames", "json": "JSON", "jsonl": "JSON"}.get(settings.format)
    output = "-" if settings.output is None else settings.output
    if settings.events_to is not None and where == _key(settings.events_to, _number(settings.events_to)):
        why = "the events go there"
    elif what and where == _key(output, STDOUT if output == "-" else descriptor_in(output)):
        why = f"the answer goes there as {what}"
    else:
        return
    raise UsageFault(f"--reasoning-to {place}", why, hint="name another descriptor or file")


def renders_raw(settings: OutputSettings) -> bool:
    """Whether the answer is to be shown as Markdown, and to be left as it is."""
    is_text = settings.format == "text" and not settings.extract
    return is_text and settings.markdown == "always" and settings.escapes == "raw"


def markdown_fault() -> UsageFault:
    """The failure of a run with both."""
    return UsageFault(
        "--markdown always",
        "with --escapes raw the answer itself tells the terminal what to do",
        hint="leave one of them out",
    )


def events_fault(settings: OutputSettings) -> UsageFault:
    """The failure of a run whose events go to where the answer goes."""
    what = "text" if settings.format == "text" else "frames"
    return UsageFault(
        f"--events-to {settings.events_to}",
        f"the answer goes there as {what}",
        hint="name another descriptor or file, or use --jsonl",
    )


def _number(value: str) -> int | None:
    """The descriptor that the value of a side output names; None if it is a path."""
    if value == "-":
        return STDOUT
    number = as_number(value)
    return descriptor_in(value) if number is None else number


def _key(value: str, descriptor: int | None) -> int | str:
    return place_of(value) if descriptor is None else descriptor


def _check_place(value: str, option: str, descriptor: int | None) -> None:
    if descriptor is not None:
        check_descriptor(descriptor, option)
    elif not _seems_writable(value):
        # It is opened for the system's reason why it cannot be.
        opened = open_path(value, option, truncate=False)
        os.close(opened.descriptor)
        if opened.is_new:
            os.unlink(value)  # noqa: PTH108 - pathlib is slow to load


def _seems_writable(path: str) -> bool:
    if "\0" in path or path.endswith("/"):
        return False
    try:
        is_folder = _is_folder(path)
    except OSError:
        above = os.path.dirname(place_of(path))  # noqa: PTH120
        return os.access(above, os.W_OK | os.X_OK)
    return not is_folder and os.access(path, os.W_OK)


def _check_folder(path: str) -> None:
    if not _seems_folder(path):
        from dsk.output.folder import Folder

        Folder(path, replaces=False).close()


def _seems_folder(path: str) -> bool:
    """Whether it is one, or can be made in the nearest one that is there."""
    if "\0" in path:
        return False
    whole = above = place_of(path)
    while not os.path.lexists(above):
        above = os.path.dirname(above)  # noqa: PTH120
    try:
        return _is_folder(above) and (above == whole or os.access(above, os.W_OK | os.X_OK))
    except OSError:
        return False


def _is_folder(path: str) -> bool:
    import stat

    return stat.S_ISDIR(os.stat(path).st_mode)  # noqa: PTH116
