"""One chunk of a chat completion to events: the shapes that servers give to the same thing. Pure.

A chunk is the JSON object of a frame, or that of a whole answer that was not streamed. What is not known is
ignored: servers add keys at will. What holds the answer and is of a wrong type is not: text would be lost.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from dsk.stream.events import (
    Content,
    Event,
    Finish,
    Logprobs,
    Malformed,
    Reasoning,
    Refusal,
    Start,
    ToolCall,
    Trouble,
    Usage,
)

if TYPE_CHECKING:
    from dsk.stream.calls import Calls


class ChunkReader:
    """Reads the chunks of one stream, in their order."""

    def __init__(self) -> None:
        self._started = False
        # A server that sends deltas may repeat the whole message at the end.
        self._has_deltas = False
        self._calls: dict[int, Calls] = {}
        self._misfit = ""

    def read(self, chunk: dict[str, Any], number: int = 0) -> list[Event]:
        """The events of a chunk, which is in the data frame of this number; a ``Trouble`` or a ``Malformed`` is the
        last of them, after all good content."""
        events: list[Event] = []
        choices = chunk.get("choices")
        usage = chunk.get("usage")
        failed = None
        if choices and isinstance(choices, list):
            for position, choice in enumerate(choices):
                if isinstance(choice, dict):
                    self._read_choice(choice, position, events)
                    usage = usage or choice.get("usage")  # Moonshot
                    failed = failed or choice.get("error")  # OpenRouter
        if not usage and "x_groq" in chunk and isinstance(chunk["x_groq"], dict):
            usage = chunk["x_groq"].get("usage")
        if usage and isinstance(usage, dict):
            events.append(Usage(usage))
        if not self._started:
            self._start(chunk, events)
        if failed:
            from dsk.stream.trouble import trouble_of

            events.append(trouble_of(failed))
        elif not choices or "error" in chunk:
            from dsk.stream.trouble import find_trouble

            trouble = find_trouble(chunk)
            if trouble:
                events.append(trouble)
        if self._misfit:
            if not (events and isinstance(events[-1], Trouble)):
                events.append(Malformed(number, self._misfit))
            self._misfit = ""
        return events

    def _start(self, chunk: dict[str, Any], events: list[Event]) -> None:
        """Put the start before the first events. A first chunk without a model (Azure) does not start it."""
        stream_id, model = chunk.get("id") or "", chunk.get("model") or ""
        if model or events:
            self._started = True
            events.insert(0, Start(str(stream_id), str(model)))

    def _read_choice(self, choice: dict[str, Any], position: int, events: list[Event]) -> None:
        index = choice.get("index")
        if type(index) is not int or index < 0:
            index = position
        delta = choice.get("delta") or {}
        has_content = self._fits(delta, "delta", dict) and self._read_delta(delta, index, events)
        if has_content:
            self._has_deltas = True
        elif not self._has_deltas:
            message = choice.get("message") or {}
            has_content = self._fits(message, "message", dict) and self._read_delta(message, index, events)
        if not has_content:
            # Legacy and FIM completions have text alone; a server that sends it beside a delta says it once.
            text = choice.get("text")
            if text is not None and self._fits(text, "text", str) and text:
                events.append(Content(text, index))
        logprobs = choice.get("logprobs")
        if logprobs and isinstance(logprobs, dict):
            events.append(Logprobs(logprobs, index))
        reason = choice.get("finish_reason")
        if reason and isinstance(reason, str):
            events.append(Finish(reason, index))

    def _read_delta(self, delta: dict[str, Any], index: int, events: list[Event]) -> bool:
        """Append what a delta, or a whole message, says; whether it said anything."""
        before = len(events)
        content = delta.get("content")
        # Both keys at once hold the same text. DeepSeek has the first, Groq, OpenRouter and vLLM the second.
        thought = delta.get("reasoning_content") or delta.get("reasoning")
        if thought and not isinstance(thought, str):
            thought = "".join(_split(thought))
        if content is not None and not isinstance(content, str):
            self._fits(content, "content", (list, dict))
            thinking, content = _split(content)
            thought = thought or thinking
        if thought:
            events.append(Reasoning(thought, index))
        if content:
            events.append(Content(content, index))
        refusal = delta.get("refusal")
        if refusal and isinstance(refusal, str):
            events.append(Refusal(refusal, index))
        fragments = delta.get("tool_calls")
        if fragments and isinstance(fragments, list):
            for fragment in fragments:
                self._read_call(fragment, index, events)
        if "function_call" in delta:
            self._read_call({"index": 0, "function": delta["function_call"]}, index, events)
        return len(events) > before

    def _fits(self, value: object, name: str, kinds: type | tuple[type, ...]) -> bool:
        """Whether a value is of a type that can be read; what is not makes the chunk malformed."""
        if isinstance(value, kinds):
            return True
        self._misfit = self._misfit or f"{name} is {_kind(value)}"
        return False

    def _read_call(self, fragment: object, choice: int, events: list[Event]) -> None:
        function = fragment.get("function") if isinstance(fragment, dict) else None
        if not isinstance(fragment, dict) or not isinstance(function, dict):
            return
        call_id, name = _text(fragment.get("id")), _text(function.get("name"))
        arguments = function.get("arguments")
        if isinstance(arguments, (dict, list)):
            arguments = json.dumps(arguments, ensure_ascii=False)
        said = fragment.get("index")
        if type(said) is not int or said < 0:
            said = None
        if call_id or name or arguments:
            from dsk.stream.calls import Calls

            place = self._calls.setdefault(choice, Calls()).place(said, call_id, name)
            events.append(ToolCall(place, call_id or None, name or None, _text(arguments), choice))


def _split(content: object) -> tuple[str, str]:
    from dsk.stream.content import split_content

    return split_content(content)


def _kind(value: object) -> str:
    kinds = {bool: "a boolean", int: "a number", float: "a number", str: "a text", list: "a list"}
    return kinds.get(type(value), "an object")


def _text(value: object) -> str:
    return value if isinstance(value, str) else ""
