"""The job of ``dsk replay``: a recording takes the way of a live answer once more, without the network."""

from __future__ import annotations

import threading
import time
from collections import deque
from typing import TYPE_CHECKING, Any

from dsk.errors import BrokenFault, Failure, Status, Terminated, UsageFault
from dsk.exchange.concluding import conclude
from dsk.exchange.loop import Exchange
from dsk.exchange.policy import Policy
from dsk.exchange.question import Question
from dsk.jobs.delivering import fitted, say_in_between, stopper_of
from dsk.jobs.extracting import begun_with, with_code
from dsk.jobs.input_advice import advise
from dsk.jobs.leftover import Leftover
from dsk.jobs.recording import STOPPED
from dsk.jobs.thinking import is_asked_for
from dsk.output.notes import note
from dsk.output.printer import open_printer
from dsk.output.progress import Progress
from dsk.request.prefix import text_of_prefix
from dsk.stream.recording.reading import Damaged, is_recording, read_recording
from dsk.stream.recording.steps import Arrived, Failed, Head, Opened, Recording, Step, Stream

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from dsk.ending import Ending
    from dsk.exchange.source import Listener
    from dsk.jobs.settings import Stops
    from dsk.jobs.turns import Step as TurnStep
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
    question = Question(fields=recording.head.request)
    printer = open_printer(fitted(output, question, policy.retry_invalid), world)
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
    if is_ours:
        return conclude(listeners, ending)
    advise(ending)
    try:
        return conclude(listeners, ending)
    finally:
        leftover.tell(world)


class Player:
    """A recording as a transport: each thing comes when it came, seen from the beginning. It knows as well which
    question followed which."""

    #: Waits are not waited out for themselves.
    pace = 0.0

    def __init__(self, recording: Recording, speed: float) -> None:
        self._streams = deque(recording.streams)
        self._end = recording.end
        self._delay: float | None = None
        self._speed = speed
        self._begun = time.monotonic()
        self._at = 0.0
        self._is_cut = threading.Event()

    def elapsed(self) -> float:
        """Seconds from the beginning of the run to the last thing that came, as they were."""
        return self._at

    def begin(self, _path: str, _body: bytes) -> Played:
        """The next stream."""
        stream = self._streams.popleft() if self._streams else Stream((), None)
        self._delay = stream.delay
        return Played(self, iter(stream.steps))

    def next(self, _question: Question, _ending: Ending, say: Callable[[str], None]) -> TurnStep | None:
        """The question that followed. Raises what it was that kept one from following."""
        while self._streams and not self._streams[0].follow:
            self._streams.popleft()
        follow = self._streams[0].follow if self._streams else None
        if follow is None:
            if self._end and self._end.failure:
                raise Terminated(self._end.failure)
            return None
        for text in follow.notes:
            say(text)
        if follow.failure:
            raise follow.failure
        from dsk.jobs.turns import Step as TurnStep

        return TurnStep(Question(fields=follow.request), follow.said, follow.results)

    def delay(self, _attempt: int, _failure: Failure) -> float:
        """What was waited then."""
        return self._delay or 0.0

    def step(self, step: Step | None) -> Step | None:
        """Wait until the step's time and give it; None if the reader has gone in the meantime.

        Raises what it was that failed, and if there is no step what it was that ended the run.
        """
        if step is None:
            if self._end and self._end.failure and not self._waited_in_vain(self._end.at):
                raise Terminated(self._end.failure)
            raise _end_of_recording("nothing was read on" if self._end else "the run was killed, or its disk was full")
        if self._waited_in_vain(step.at):
            return None
        self._at = step.at
        if not isinstance(step, Failed):
            return step
        raise Terminated(step.failure) if step.failure.status in STOPPED else step.failure

    def cut(self) -> None:
        """End all waits."""
        self._is_cut.set()

    def _waited_in_vain(self, at: float) -> bool:
        rest = self._begun + at / self._speed - time.monotonic() if self._speed else 0.0
        return self._is_cut.wait(max(rest, 0.0))


class Played:
    """One stream of a recording."""

    def __init__(self, player: Player, steps: Iterator[Step]) -> None:
        self._player = player
        self._steps = steps

    def open(self) -> int | None:
        """Begin; the HTTP status there was. Raises the failure there was."""
        step = self._player.step(next(self._steps, None))
        return step.status if isinstance(step, Opened) else None

    def read(self) -> bytes:
        """The bytes that arrived together. Raises the failure there was."""
        step = self._player.step(next(self._steps, None))
        return step.data if isinstance(step, Arrived) else b""

    def cut(self) -> None:
        """End a wait in another thread."""
        self._player.cut()

    def close(self) -> None:
        """Nothing is held."""


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
    kinds |= {"can_prefix": bool, "retry_invalid": int}
    if not all(name in kinds and isinstance(value, kinds[name]) for name, value in fields.items()):
        raise UsageFault(f"cannot replay {file}", "line 1 is damaged: its policy is not known here")
    return Policy(**fields)


def _end_of_recording(why: str) -> BrokenFault:
    return BrokenFault("the recording ends here", why, hint="record it again")
