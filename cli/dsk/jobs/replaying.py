"""The job of ``dsk replay``: a recording takes the way of a live answer once more, without the network."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any

from dsk.errors import Status, UsageFault
from dsk.exchange.concluding import conclude
from dsk.exchange.loop import Exchange
from dsk.exchange.policy import Policy
from dsk.exchange.question import Question
from dsk.jobs.extracting import begun_with, with_code
from dsk.jobs.input_advice import FRAMES, advise
from dsk.jobs.leftover import Leftover
from dsk.jobs.playing import Player
from dsk.jobs.run_cost import costing
from dsk.jobs.run_parts import fitted, say_in_between, stopper_of
from dsk.jobs.thinking import is_asked_for
from dsk.output.notes import note
from dsk.output.printer import open_printer
from dsk.output.progress import Progress
from dsk.request.prefix import text_of_prefix
from dsk.stream.recording.reading import Damaged, is_recording, read_recording
from dsk.stream.recording.steps import Arrived, Head, Opened, Recording, Step, Stream

if TYPE_CHECKING:
    from dsk.exchange.source import Listener
    from dsk.jobs.settings import Stops
    from dsk.output.settings import OutputSettings
    from dsk.world import World


def replay(file: str, speed: float, output: OutputSettings, stops: Stops, world: World) -> Status:
    """Play a recording, or an event stream as dsk decode does; the status that its run had.

    ``speed`` 2 is twice as fast as it was, 0 is at once.
    """
    from dsk.prompt.files import read_bytes
    from dsk.prompt.stdin import read_stdin

    data = read_stdin(None) if file == "-" else read_bytes(file, "cannot read")
    is_ours = is_recording(data)
    recording = _read(data, file) if is_ours else _stream_of(data)
    policy = _policy(recording.head.policy, file)
    output, stops = begun_with(output, stops, text_of_prefix(recording.head.request))
    question = Question(fields=recording.head.request, is_unknown=not is_ours)
    head = recording.head
    cost = costing(question.fields.get("model"), head.server, head.begun, world.env) if head.server else None
    printer = open_printer(fitted(output, question, policy.retry_invalid), world, cost)
    printer.prepare()
    for text in recording.head.notes:
        note(text, world)
    player = Player(recording, speed)
    progress = Progress(
        world,
        time.monotonic(),
        color=output.color,
        hides_reasoning=not printer.shows_reasoning,
        thinks=is_asked_for(recording.head.request),
    )
    world.progress = progress.line
    listeners: list[Listener] = [progress, printer]
    say = say_in_between(progress, world)

    def made_for(question: Question) -> Exchange:
        return Exchange(
            question,
            player,
            listeners,
            elapsed=player.elapsed if is_ours else None,
            policy=policy,
            stopper=stopper_of(stops),
            is_raw=output.format == "raw" or not is_ours,
            keeps_reasoning=output.reasoning == "only",
            say=say,
            on_open=progress.opened,
            on_arrival=progress.arrived,
        )

    exchange = made_for(question)
    progress.begin()
    leftover = Leftover()
    if not is_ours and output.format != "raw":
        listeners.append(leftover)
    ending = exchange.run(printer.descriptor)
    if is_ours:
        from dsk.jobs.turns import Turns

        ending = Turns(player, made_for, printer=printer, progress=progress, say=say).go_on(question, ending)
    if output.extract:
        ending = with_code(ending)
    if not is_ours:
        advise(ending, f"a recording of dsk ask --record, or {FRAMES}")
    try:
        status = conclude(listeners, ending)
        if output.reasoning == "only" or output.reasoning_to:
            from dsk.jobs.missing_reasoning import warn_of_none

            warn_of_none(output, question.fields, ending, world)
        return status
    finally:
        leftover.tell(world)


def _read(data: bytes, file: str) -> Recording:
    try:
        return read_recording(data)
    except Damaged as error:
        raise UsageFault(f"cannot replay {file}", str(error), hint=f"dsk decode {file} reads what is there") from error


def _stream_of(data: bytes) -> Recording:
    """An event stream as a recording of it that has no times."""
    steps: list[Step] = [Opened(0.0, None), Arrived(0.0, data)]
    if data:
        steps.append(Arrived(0.0, b""))
    return Recording(Head({}, {}), (Stream(tuple(steps), None),), None)


def _policy(fields: dict[str, Any], file: str) -> Policy:
    kinds = {"retry": int, "retry_max_time": float | int | None, "resume": int, "continue_on_length": int}
    kinds |= {"can_prefix": bool, "retry_invalid": int, "runs_calls": bool}
    if not all(name in kinds and isinstance(value, kinds[name]) for name, value in fields.items()):
        raise UsageFault(
            f"cannot replay {file}",
            "line 1 is damaged: its policy is not known here",
            hint=f"dsk decode {file} reads what is there",
        )
    return Policy(**fields)
