"""``--jsonl`` and ``--events-to``: a JSON object for each event as it arrives, the last one for the whole run."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from dsk.output.json_text import json_line
from dsk.output.summary import summary
from dsk.stream.events import Content, Event, Logprobs, Reasoning, Refusal, Resume, Start, ToolCall, ToolResult, Usage

if TYPE_CHECKING:
    from dsk.ending import Ending
    from dsk.output.outlet import Outlet


class JsonLines:
    """Writes the lines."""

    def __init__(self, outlet: Outlet) -> None:
        self._outlet = outlet

    def received(self, _data: bytes, events: Sequence[Event]) -> None:
        """Write a line for each event that has one."""
        for line in event_lines(events):
            self._put(line)

    def turn(self, _ending: Ending) -> None:
        """The next answer begins with a line of its own."""

    def end(self, ending: Ending) -> None:
        """Write the ``end`` line, or the ``error`` line of a run that failed."""
        failure = ending.failure
        head = {"type": "error", "message": failure.message} if failure else {"type": "end"}
        self._put(head | summary(ending, texts=False))

    def _put(self, line: dict[str, Any]) -> None:
        self._outlet.put(json_line(line, is_terminal=self._outlet.is_terminal))


def event_lines(events: Sequence[Event]) -> list[dict[str, Any]]:
    """The events as objects. Log probabilities go with the text that they come with; comments, finish reasons and
    what ends a stream have no line of their own."""
    lines: list[dict[str, Any]] = []
    spoken: dict[str, Any] | None = None
    for event in events:
        if isinstance(event, Logprobs):
            if spoken is None or spoken["choice"] != event.choice:
                spoken = {"type": "content", "choice": event.choice, "text": ""}
                lines.append(spoken)
            spoken["logprobs"] = event.data
            spoken = None
            continue
        line = _line(event)
        spoken = line if line and "text" in line else None
        if line:
            lines.append(line)
    return lines


def _line(event: Event) -> dict[str, Any] | None:
    match event:
        case Content(text, choice):
            return {"type": "content", "choice": choice, "text": text}
        case Reasoning(text, choice):
            return {"type": "reasoning", "choice": choice, "text": text}
        case Refusal(text, choice):
            return {"type": "content", "choice": choice, "text": "", "refusal": text}
        case ToolCall(index, call_id, name, arguments, choice):
            call = {"index": index, "id": call_id, "name": name, "arguments": arguments}
            return {"type": "tool_call", "choice": choice} | call
        case Start(answer_id, model):
            return {"type": "start", "id": answer_id, "model": model}
        case Resume():
            return {"type": "resume", **event.fields()}
        case Usage(data):
            return {"type": "usage", "usage": data}
        case ToolResult():
            return {"type": "tool_result"} | event._asdict()
        case _:
            return None
