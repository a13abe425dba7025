"""Makes texts whole: a character that a server cut in two as JSON escapes is joined, a lone half is replaced.

JSON can name the halves of a UTF-16 pair one by one ("\\ud83d" in one delta, "\\ude00" in the next); UTF-8 cannot
hold such a half, so none may leave this room.
"""

from __future__ import annotations

from typing import Any, TypeAlias

from dsk.records import NamedTuple
from dsk.stream.events import (
    Comment,
    Content,
    Done,
    Event,
    Finish,
    Logprobs,
    Malformed,
    Reasoning,
    Refusal,
    Resume,
    Start,
    ToolCall,
    ToolResult,
    Trouble,
    Usage,
)

_LOST = "\ufffd"


def clean(text: str) -> str:
    """The text with its pairs joined and each lone half as U+FFFD."""
    return text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")


def _clean_data(value: Any) -> Any:
    if isinstance(value, str):
        return clean(value)
    if isinstance(value, list):
        return [_clean_data(item) for item in value]
    if isinstance(value, dict):
        return {clean(key): _clean_data(item) for key, item in value.items()}
    return value


_Text: TypeAlias = "type[Content] | type[Reasoning] | type[Refusal]"


class _Flow(NamedTuple):
    """A text that comes in pieces: one of a choice's texts, or, without a kind, the arguments of a call."""

    kind: _Text | None
    choice: int
    call: int

    def lost(self) -> Event:
        """The event for a half whose other half never came."""
        if self.kind is None:
            return ToolCall(self.call, None, None, _LOST, self.choice)
        return self.kind(_LOST, self.choice)


class Joiner:
    """Joins what belongs together over the events of a stream."""

    def __init__(self) -> None:
        self._halves: dict[_Flow, str] = {}

    @property
    def is_waiting(self) -> bool:
        """Whether a text ended in half a character, so that the next events must pass through ``join``."""
        return bool(self._halves)

    def join(self, events: list[Event]) -> list[Event]:
        """The events without a lone half; one at the end of a text is kept back for that text's next piece."""
        whole: list[Event] = []
        for event in events:
            match event:
                case Content() | Reasoning() | Refusal():
                    text = self._take(_Flow(type(event), event.choice, 0), event.text, whole)
                    if text:
                        whole.append(event._replace(text=text))
                case ToolCall(index, call_id, name, arguments, choice):
                    text = self._take(_Flow(None, choice, index), arguments, whole)
                    call_id, name = call_id and clean(call_id), name and clean(name)
                    if text or call_id or name:
                        whole.append(ToolCall(index, call_id, name, text, choice))
                case Finish(reason, choice):
                    whole += self._give_up([flow for flow in self._halves if flow.choice == choice])
                    whole.append(Finish(clean(reason), choice))
                case Trouble(message, kind):
                    whole.append(Trouble(clean(message), clean(kind)))
                case Logprobs(data, choice):
                    whole.append(Logprobs(_clean_data(data), choice))
                case Usage(data):
                    whole.append(Usage(_clean_data(data)))
                case Start(stream_id, model):
                    whole.append(Start(clean(stream_id), clean(model)))
                case Done():
                    whole += self.flush()
                    whole.append(event)
                case Comment() | Malformed() | Resume() | ToolResult():
                    whole.append(event)
        return whole

    def flush(self) -> list[Event]:
        """Events for the halves that were kept back, at the end of the stream."""
        return self._give_up(list(self._halves))

    def _take(self, flow: _Flow, piece: str, whole: list[Event]) -> str:
        whole += self._give_up([f for f in self._halves if f.choice == flow.choice and f.kind is not flow.kind])
        text = self._halves.pop(flow, "") + piece
        if "\ud800" <= text[-1:] <= "\udbff":
            self._halves[flow] = text[-1]
            text = text[:-1]
        return clean(text)

    def _give_up(self, flows: list[_Flow]) -> list[Event]:
        for flow in flows:
            del self._halves[flow]
        return [flow.lost() for flow in flows]
