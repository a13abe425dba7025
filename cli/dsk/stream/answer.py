"""What a stream has said so far, gathered from its events. Pure; how it is to be judged is in ``verdict``."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

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
from dsk.stream.gathered import Forgotten, Gathered
from dsk.stream.usage import total

if TYPE_CHECKING:
    from collections.abc import Callable

    from dsk.errors import Failure


class Call:
    """A tool call. ``arguments`` is what the model wrote: JSON as a rule, but it may be empty, cut or wrong."""

    def __init__(self) -> None:
        self.id = ""
        self.name = ""
        self._arguments = Gathered()

    def add(self, fragment: ToolCall) -> None:
        """Take a fragment; an id and a name, once set, stay."""
        self.id = self.id or fragment.id or ""
        self.name = self.name or fragment.name or ""
        self._arguments.write(fragment.arguments.encode())

    @property
    def arguments(self) -> str:
        """The arguments so far."""
        return self._arguments.text()


class Choice:
    """One of the answers that were asked for at once. Its texts are added as UTF-8."""

    def __init__(self, gathered: type[Gathered | Forgotten] = Gathered) -> None:
        self.finish_reason: str | None = None
        #: As the server sends them, their lists joined over the stream.
        self.logprobs: dict[str, Any] | None = None
        self._content = gathered()
        self._reasoning = gathered()
        # Short, and it has a part in the verdict.
        self._refusal = Gathered()
        self._calls: dict[int, Call] = {}
        # Writing is what happens for every token.
        self.add_content = self._content.write
        self.add_reasoning = self._reasoning.write
        self.add_refusal = self._refusal.write

    @property
    def content(self) -> str:
        """The answer so far."""
        return self._content.text()

    @property
    def reasoning(self) -> str:
        """The reasoning so far."""
        return self._reasoning.text()

    @property
    def refusal(self) -> str:
        """The refusal so far."""
        return self._refusal.text()

    def taker(self, kind: type[Content | Reasoning]) -> Callable[[bytes], None]:
        """That of ``Answer``."""
        return (self._content if kind is Content else self._reasoning).taker()

    @property
    def size(self) -> int:
        """Bytes of answer and reasoning so far; this copies no text, nor do the next three."""
        return self._content.size + self._reasoning.size

    @property
    def has_content(self) -> bool:
        """Whether there is any answer."""
        return self._content.size > 0

    @property
    def has_reasoning(self) -> bool:
        """Whether there is any reasoning."""
        return self._reasoning.size > 0

    @property
    def has_text(self) -> bool:
        """Whether it has said anything."""
        return self.has_content or self.has_reasoning or self._refusal.size > 0 or bool(self._calls)

    @property
    def tool_calls(self) -> list[Call]:
        """The tool calls in the order of their index."""
        return [self._calls[index] for index in sorted(self._calls)]

    def add_call(self, fragment: ToolCall) -> None:
        """Take a fragment of a tool call."""
        self._calls.setdefault(fragment.index, Call()).add(fragment)

    def add_logprobs(self, data: dict[str, Any]) -> None:
        """Join the lists of a further token's log probabilities to those before."""
        if self.logprobs is None:
            self.logprobs = {}
        for key, value in data.items():
            if isinstance(value, list):
                known = self.logprobs.get(key)
                if isinstance(known, list):
                    known += value
                else:
                    self.logprobs[key] = list(value)
            elif value is not None or key not in self.logprobs:
                self.logprobs[key] = value


class Given(NamedTuple):
    """The beginning of an answer that is not the model's."""

    content: str = ""
    reasoning: str = ""


class Answer:
    """All choices, the usage, and how the stream ended. Texts are those of choice 0, the one that is printed.

    Without ``keeps_text`` it knows only whether there is any answer and reasoning.
    """

    def __init__(self, *, keeps_text: bool = True) -> None:
        self.id = ""
        self.model = ""
        self.choices: dict[int, Choice] = {}
        #: Token counts as the server sent them last; those of all streams where it was taken up again.
        self.usage: dict[str, Any] | None = None
        self._usage_before: dict[str, Any] | None = None
        #: Whether ``[DONE]`` was seen.
        self.done = False
        #: Whether anything but comments was seen.
        self.begun = False
        #: What broke the stream off, if something did.
        self.break_off: Trouble | Malformed | None = None
        #: Where and why the answer was taken up again.
        self.resumed: list[Resume] = []
        #: Whether it was stopped on purpose: what there is, is what was wanted.
        self.stopped = False
        #: The beginning of the answer, and of its reasoning, that the request gave: no part of the texts that came.
        self.given = Given()
        self._gathered = Gathered if keeps_text else Forgotten

    def add(self, event: Event) -> None:
        """Take the next event of the stream."""
        match event:
            case Content(text, choice):
                self._choice(choice).add_content(text.encode())
            case Reasoning(text, choice):
                self._choice(choice).add_reasoning(text.encode())
            case Refusal(text, choice):
                self._choice(choice).add_refusal(text.encode())
            case ToolCall():
                self._choice(event.choice).add_call(event)
            case Logprobs(data, choice):
                self._choice(choice).add_logprobs(data)
            case Finish(reason, choice):
                self._choice(choice).finish_reason = reason
            case Usage(data):
                self.usage = total(self._usage_before, data)
            case Start(stream_id, model):
                self.id, self.model = stream_id, model
            case Trouble() | Malformed():
                self.break_off = event
            case Done():
                self.done = True
            case Resume():
                self._take_up(event)
            case Comment() | ToolResult():
                return
        self.begun = True

    def taker(self, kind: type[Content | Reasoning]) -> Callable[[bytes], None]:
        """What adds a further piece of this kind, as UTF-8, to choice 0, as ``add`` would; until that is called."""
        return self._choice(0).taker(kind)

    @property
    def content(self) -> str:
        """The answer so far."""
        return self._printed.content

    @property
    def reasoning(self) -> str:
        """The reasoning so far."""
        return self._printed.reasoning

    @property
    def whole_content(self) -> str:
        """The answer so far, with the beginning that was given."""
        return self.given.content + self.content

    @property
    def whole_reasoning(self) -> str:
        """The reasoning so far, with the beginning that was given."""
        return self.given.reasoning + self.reasoning

    @property
    def refusal(self) -> str:
        """The refusal so far."""
        return self._printed.refusal

    @property
    def tool_calls(self) -> list[Call]:
        """The tool calls so far."""
        return self._printed.tool_calls

    @property
    def finish_reason(self) -> str | None:
        """Why the answer ended, in the server's word; None if it has not said."""
        return self._printed.finish_reason

    @property
    def trouble(self) -> bool:
        """Whether the stream was broken off by an error frame or a malformed frame."""
        return self.break_off is not None

    @property
    def complete(self) -> bool:
        """Whether this is the whole answer."""
        return self.verdict() is None

    def verdict(self) -> Failure | None:
        """None if the answer is whole, else why it is not."""
        from dsk.stream.verdict import judge

        return judge(self)

    @property
    def has_text(self) -> bool:
        """Whether any choice has said anything."""
        return any(choice.has_text for choice in self.choices.values())

    @property
    def size(self) -> int:
        """Bytes of answer and reasoning so far; this copies no text."""
        return self._printed.size

    @property
    def has_content(self) -> bool:
        """Whether there is any answer."""
        return self._printed.has_content

    @property
    def has_reasoning(self) -> bool:
        """Whether there is any reasoning."""
        return self._printed.has_reasoning

    def _take_up(self, event: Resume) -> None:
        self.resumed.append(event)
        self.done = False
        self.break_off = None
        self._usage_before = self.usage
        if event.at == 0:
            self.choices.clear()
        for choice in self.choices.values():
            choice.finish_reason = None

    @property
    def _printed(self) -> Choice:
        return self.choices.get(0) or Choice()

    def _choice(self, index: int) -> Choice:
        choice = self.choices.get(index)
        if choice is None:
            choice = self.choices[index] = Choice(self._gathered)
        return choice
