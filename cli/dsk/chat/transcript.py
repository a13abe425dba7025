"""A conversation as a Markdown document. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from dsk.state.log.prompts import text_of_messages

if TYPE_CHECKING:
    from dsk.chat.memory import Told


def transcript(turns: Sequence[Told]) -> str:
    """The turns under headings, each text as it is; reasoning is left out."""
    return "\n".join(_lines(turns))


def _lines(turns: Sequence[Told]) -> Iterator[str]:
    system = None
    for turn in turns:
        if turn.system != system:
            yield f"## System\n\n{(turn.system or '(none)').rstrip()}\n"
            system = turn.system
        what = "Tool results" if turn.has_results else "Question"
        yield f"## {what}\n\n{text_of_messages(turn.said.messages).rstrip()}\n"
        cut = "" if turn.is_whole else " (cut)"
        yield f"## Answer{cut}\n\n{turn.said.content.rstrip()}\n"
