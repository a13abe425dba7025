"""A logged answer as the events that it came in, as far as the log has them."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from dsk.ending import Ending, Timing
from dsk.exchange.concluding import conclude
from dsk.jobs.log.fields import choices_of, error_text
from dsk.map.estimate import tokens_in
from dsk.output.printer import open_printer
from dsk.stream.answer import Answer
from dsk.stream.events import Content, Event, Finish, Logprobs, Reasoning, Refusal, Resume, Start, ToolCall, Usage

if TYPE_CHECKING:
    from dsk.errors import Status
    from dsk.output.settings import OutputSettings
    from dsk.output.write_out import Costing
    from dsk.state.log.reader import Run
    from dsk.world import World


def retell(run: Run, output: OutputSettings, cost: Costing | None, world: World) -> Status:
    """Write a whole answer as it was written when it came; raises what a ``Printer`` raises."""
    printer = open_printer(output, world, cost)
    answer = Answer()
    events = _all_of(run)
    for event in events:
        answer.add(event)
    printer.received(b"", events)
    ending = Ending(answer, None, Timing(run.first_token, run.total), run.http_status, is_cached=bool(run.cached))
    return conclude([printer], ending)


def left_of(run: Run) -> list[Event]:
    """What there is of a broken answer, to be gone on with."""
    events: list[Event] = [*_resumed(run), *_texts({"content": run.content, "reasoning": run.reasoning}, 0)]
    if run.usage:
        events.append(Usage(json.loads(run.usage)))
    reason = error_text(run, "message") or "the run was killed"
    return [*events, Resume(len(run.content), reason, _uncounted(run), run.id)]


def _all_of(run: Run) -> list[Event]:
    events: list[Event] = [Start(run.response_id or "", run.model or ""), *_resumed(run)]
    for choice in choices_of(run):
        index = choice["index"]
        events += _texts(choice, index)
        events += [
            ToolCall(at, call["id"], call["function"]["name"], call["function"]["arguments"], index)
            for at, call in enumerate(choice["tool_calls"])
        ]
        if choice["finish_reason"]:
            events.append(Finish(choice["finish_reason"], index))
    if run.usage:
        events.append(Usage(json.loads(run.usage)))
    return events


def _texts(choice: dict[str, Any], index: int) -> list[Event]:
    """The texts of a choice, but for those that there are none of."""
    events: list[Event] = []
    for kind, name in ((Reasoning, "reasoning"), (Content, "content"), (Refusal, "refusal")):
        if text := choice.get(name):
            events.append(kind(text, index))
    if choice.get("logprobs") is not None:
        events.append(Logprobs(choice["logprobs"], index))
    return events


def _resumed(run: Run) -> list[Resume]:
    """Where the answer was taken up before."""
    parts = json.loads(run.resumed) if run.resumed else []
    return [Resume(part["at"], part["reason"], part.get("uncounted", 0), part.get("run")) for part in parts]


def _uncounted(run: Run) -> int:
    """About how many tokens came in the last stream, if the server has told no counts of it."""
    resumed = _resumed(run)
    if run.usage and not (resumed and run.finish_reason is None):
        return 0
    at = resumed[-1].at if resumed else 0
    text = run.content[at:] if at else run.reasoning + run.content
    return round(tokens_in([{"content": text}]))
