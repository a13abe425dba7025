"""Of an answer that has to have code in it, whether it has."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dsk.errors import InvalidFault

if TYPE_CHECKING:
    from dsk.ending import Ending
    from dsk.jobs.settings import Stops
    from dsk.output.settings import OutputSettings

SHOWN_WITHOUT = "without -x the answer is shown"
SHOWN_BY_LOG = "dsk log show has the answer"


def begun_with(output: OutputSettings, stops: Stops, beginning: str) -> tuple[OutputSettings, Stops]:
    """The same for an answer whose beginning is in the request: a block of code may begin there."""
    if not beginning or not output.extract:
        return output, stops
    return output._replace(extract=output.extract._replace(begun=beginning)), stops._replace(begun=beginning)


def with_code(ending: Ending, hint: str = SHOWN_WITHOUT) -> Ending:
    """The ending of an answer whose code was asked for: it has failed if all of it came and no code was in it.

    ``hint`` says where the answer is.
    """
    if ending.failure:
        return ending
    from dsk.stream.code.extractor import Extractor

    extractor = Extractor()
    if extractor.feed(ending.answer.whole_content) or extractor.close():
        return ending
    why = "it has no fenced block" if ending.answer.content else "it is empty"
    return ending._replace(failure=InvalidFault("there is no code in the answer", why, hint=hint))


def with_command(ending: Ending) -> Ending:
    """The ending of an answer that had to be a command: it has failed if all of it came and is none."""
    if ending.failure:
        return ending
    from dsk.stream.code.command import command_in, reason_in

    text = ending.answer.content
    if command_in(text):
        return ending
    why = reason_in(text) or ("its block of code is empty" if text.strip("# \t\r\n") else "the answer is empty")
    return ending._replace(failure=InvalidFault("no command is proposed", why, hint="say it in other words"))
