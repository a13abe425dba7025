"""The job of ``dsk test``: one question, whose answer is an exit status."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal, TypeAlias

from dsk.errors import Failure, Status, UsageFault
from dsk.jobs.asking import fetcher
from dsk.jobs.judging import TROUBLE, Asking, Settled, settle
from dsk.jobs.kept import Kept
from dsk.judging.asking import TOPS, WITHOUT_LOGPROBS, wants_fewer
from dsk.judging.verdict import Verdict, reading_of, verdict
from dsk.output.notes import note, warn
from dsk.prompt.compose import STDIN_WORD, compose
from dsk.records import NamedTuple
from dsk.request.body import encode
from dsk.world import STDOUT

if TYPE_CHECKING:
    from dsk.ending import Ending
    from dsk.jobs.connecting import Connecting
    from dsk.jobs.settings import Sending
    from dsk.judging.reading import Reading
    from dsk.prompt.settings import PromptSettings
    from dsk.world import World

Unsure: TypeAlias = Literal["fail", "yes", "no"]
STATUSES: dict[Verdict, int] = {"yes": Status.OK, "no": Status.FAILED, "unsure": TROUBLE}
#: The members of the object of ``--json`` that are those of ``dsk ask --json``.
SHARED = ("id", "model", "content", "finish_reason", "usage", "timing", "status", "error")


class TestSettings(NamedTuple):
    """What ``test`` was told. ``threshold``: how likely the answer has to be, 0.5 to 1."""

    prompt: PromptSettings
    asking: Asking
    sending: Sending
    threshold: float
    unsure: Unsure
    verbose: bool
    as_json: bool
    dry_run: bool


def test(settings: TestSettings, world: World) -> Status:
    """Ask; OK for yes, the status that says no, or that of neither."""
    _check_question(settings.prompt)
    settled = settle(settings.asking, world)
    network = settings.asking.network
    connecting = None if settings.dry_run or network.offline else _connecting(settled, settings, world)
    messages = compose(
        settings.prompt,
        world,
        fetcher(network),
        lambda text: note(text, world),
        connecting.begin if connecting else lambda: None,
    )
    warnings = [*settled.warnings, *settled.body(messages, None).warnings]
    warn(warnings, world)
    if settings.dry_run:
        from dsk.jobs.map.showing import write_body

        write_body(settled.body(messages, TOPS[0]).fields, world)
        return Status.OK
    kept = Kept()
    try:
        _ask(messages, settled, settings, world, kept, warnings, connecting)
    except Failure as fault:
        if settings.as_json and kept.ending:
            status = world.trouble if fault.status is Status.FAILED else fault.status
            _write(kept.ending._replace(failure=fault), None, None, int(status), settings, world)
        raise
    assert kept.ending
    return _tell(kept.ending, settings, world)


def _check_question(prompt: PromptSettings) -> None:
    """An empty variable is no question, and a document no question either then."""
    words = [word for word in prompt.words if word != STDIN_WORD]
    if words and not any(map(str.strip, words)):
        raise UsageFault("the question is blank", hint=prompt.advice)


def _connecting(settled: Settled, settings: TestSettings, world: World) -> Connecting:
    from dsk.jobs.connecting import Connecting

    return Connecting(settled.server, settings.asking.network.connect_timeout, world)


def _ask(
    messages: list[dict[str, Any]],
    settled: Settled,
    settings: TestSettings,
    world: World,
    kept: Kept,
    warnings: list[str],
    connecting: Connecting | None,
) -> None:
    """Ask for as many log probabilities as the server gives."""
    from dsk.exchange.question import Question
    from dsk.jobs.delivering import deliver

    for top in TOPS:
        fields = settled.body(messages, top).fields
        try:
            deliver(
                Question(encode(fields), fields), settled.server, settings.sending, world, warnings, connecting, kept
            )
            return
        except Failure as fault:
            if top is None or not wants_fewer(fault):
                raise
        # The connection was for one request.
        connecting = None


def _tell(ending: Ending, settings: TestSettings, world: World) -> Status:
    reading = reading_of(ending)
    assert reading
    if not reading.has_logprobs:
        note(WITHOUT_LOGPROBS, world)
    found = verdict(reading.p_yes, settings.threshold)
    decided = settings.unsure if found == "unsure" and settings.unsure != "fail" else found
    if settings.verbose or decided == "unsure":
        taken = "" if decided == found else f", taken for {decided} (--unsure)"
        note(f"{found}: p_yes is {shown(reading.p_yes)}, the threshold {settings.threshold:g}{taken}", world)
    status = STATUSES[decided]
    if settings.as_json:
        _write(ending, reading, decided, status, settings, world)
    return Status(status)


def shown(p_yes: float) -> str:
    """A probability for people."""
    return f"{p_yes:.4f}".rstrip("0").rstrip(".")


def _write(
    ending: Ending, reading: Reading | None, answer: str | None, status: int, settings: TestSettings, world: World
) -> None:
    from dsk.output.json_text import json_line
    from dsk.output.sinks import write_out_all
    from dsk.output.summary import summary

    known = summary(ending, texts=True) | {"status": status}
    own = {
        "answer": answer,
        "p_yes": reading.p_yes if reading else None,
        "logprobs": reading.has_logprobs if reading else None,
        "threshold": settings.threshold,
    }
    line = own | {name: known[name] for name in SHARED}
    write_out_all(STDOUT, json_line(line, is_terminal=world.is_terminal(STDOUT)))
