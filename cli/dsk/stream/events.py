"""What a stream can say: a closed union of small values.

Events carry text as ``str`` without lone surrogates. ``choice`` is the index of the choice they belong to;
only choice 0 is printed as text. They are named tuples because one is made for every token.
"""

from __future__ import annotations

from typing import Any, TypeAlias

from dsk.records import NamedTuple


class Start(NamedTuple):
    """The first chunk of a stream: its id and the model that really answers."""

    id: str
    model: str


class Content(NamedTuple):
    """A piece of the answer; never empty."""

    text: str
    choice: int


class Reasoning(NamedTuple):
    """A piece of the reasoning before the answer; never empty."""

    text: str
    choice: int


class Refusal(NamedTuple):
    """A piece of a refusal, which some servers send instead of an answer; never empty."""

    text: str
    choice: int


class ToolCall(NamedTuple):
    """A fragment of a tool call. ``id`` and ``name`` are None where the fragment does not set them."""

    index: int  # type: ignore[assignment]  # hides tuple.index, which nobody needs here
    id: str | None
    name: str | None
    arguments: str
    choice: int


class Logprobs(NamedTuple):
    """Token log probabilities as the server sent them."""

    data: dict[str, Any]
    choice: int


class Finish(NamedTuple):
    """Why a choice ended, in the server's word."""

    reason: str
    choice: int


class Usage(NamedTuple):
    """Token counts as the server sent them."""

    data: dict[str, Any]


class Comment(NamedTuple):
    """An SSE comment: no content, but a sign of life."""

    text: str


class Trouble(NamedTuple):
    """An error frame: the server says, on a 200, that it failed. Nothing follows it."""

    message: str
    kind: str


class Malformed(NamedTuple):
    """A frame that is not what it should be. Nothing follows it.

    ``number`` counts data frames from 1; 0 is a body that is no event stream.
    """

    number: int
    why: str


class Done(NamedTuple):
    """``[DONE]``: the server has said all. Nothing follows it."""


class Resume(NamedTuple):
    """A stream that had broken off goes on in another. ``at`` counts the characters of the answer so far; at 0 it
    begins anew. ``uncounted`` is about how many tokens the broken one brought, if the server has told no counts of
    it. ``run`` is the number that the log has for what came before, where that was another run. Made by the exchange,
    not by a stream."""

    at: int
    reason: str
    uncounted: int = 0
    run: int | None = None

    def fields(self) -> dict[str, Any]:
        """As ``--json`` has it: a run is told only where there is one."""
        return {name: value for name, value in self._asdict().items() if value is not None}


class ToolResult(NamedTuple):
    """What a tool that the model has called gave back, as the model is told. ``failed``: it is the text of an error.
    Made by whoever ran the tool, not by a stream."""

    id: str
    name: str
    text: str
    failed: bool


Event: TypeAlias = (
    Start
    | Content
    | Reasoning
    | Refusal
    | ToolCall
    | Logprobs
    | Finish
    | Usage
    | Comment
    | Trouble
    | Malformed
    | Done
    | Resume
    | ToolResult
)
