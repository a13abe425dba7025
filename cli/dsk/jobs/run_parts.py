"""What a run is made of, whether it is asked, played or decoded."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dsk.output.notes import note

if TYPE_CHECKING:
    from collections.abc import Callable

    from dsk.exchange.question import Question
    from dsk.jobs.settings import Stops
    from dsk.output.progress import Progress
    from dsk.output.settings import OutputSettings
    from dsk.stream.stopping import Stopper
    from dsk.world import World


def fitted(output: OutputSettings, question: Question, retry_invalid: int) -> OutputSettings:
    """How the answer to this question is written: JSON is no Markdown, and what may be asked for again waits."""
    if output.markdown == "auto" and question.wants_json:
        output = output._replace(markdown="never")
    holds = retry_invalid and output.format == "text" and question.wants_json
    return output._replace(holds=True) if holds else output


def say_in_between(progress: Progress, world: World) -> Callable[[str], None]:
    """Tells the user why it is asked again."""

    def say(text: str) -> None:
        progress.paused()
        note(text, world)

    return say


def stopper_of(stops: Stops) -> Stopper | None:
    """What ends the text early, if anything is to."""
    if stops.first_block:
        from dsk.stream.code.stopping import FirstBlock

        return FirstBlock(stops.until, stops.max_lines, stops.begun)
    if stops.until is None and stops.max_lines is None:
        return None
    from dsk.stream.stopping import Stopper

    return Stopper(stops.until, stops.max_lines)
