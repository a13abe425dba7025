"""What was said before, as the messages that go before a new question.

The same turns always give the same messages, byte for byte, so that the server's prefix cache has them. An answer
that broke off stands as far as it came. Source for reasoning and tool calls: DeepSeek's guides to thinking mode and
tool calls of autumn 2026.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from dsk.records import NamedTuple
from dsk.request.prefix import is_prefix, text_of_prefix, thought_of_prefix

NOT_CALLED = "The tool was not called."
MAY_HAVE_RUN = "dsk was ended before the tool's result was there; it may have run"


class Said(NamedTuple):
    """A turn: the messages of the user's side, and the answer. ``tool_calls`` are those that are whole; ``results`` are
    messages with the results of some, of which no further answer came; ``missing`` is that of one that has none."""

    messages: Sequence[Mapping[str, Any]]
    content: str
    reasoning: str = ""
    tool_calls: Sequence[Mapping[str, Any]] = ()
    results: Sequence[Mapping[str, Any]] = ()
    missing: str = NOT_CALLED


def conversation(
    system: str | None,
    turns: Iterable[Said],
    new: Sequence[Mapping[str, Any]],
    *,
    with_reasoning: bool,
) -> list[dict[str, Any]]:
    """The messages of a request that follows these turns; ``new`` are those of the user's side.

    ``with_reasoning``: each answer carries its reasoning, also where there was none. DeepSeek refuses a request with
    tools that lacks it; without tools it is of no use, and other servers may not know the field. A call whose result
    is not among the next messages gets one all the same, because no server takes a call without a result.
    """
    messages: list[dict[str, Any]] = [{"role": "system", "content": system}] if system else []
    before = Said((), "")
    for turn in turns:
        messages += _results(before, turn.messages)
        messages += map(dict, turn.messages)
        messages.append(_answer(turn, with_reasoning=with_reasoning))
        before = turn
    return [*messages, *_results(before, new), *map(dict, new)]


def follow_up(
    fields: Mapping[str, Any], answer: Said, new: Sequence[Mapping[str, Any]], *, with_reasoning: bool
) -> dict[str, Any]:
    """The body of the question that follows one and its answer in the same run; ``new`` is what it adds.

    A tool that the first one had to call need not be called again: nothing would ever be answered. A prefix of the
    answer is part of it now.
    """
    messages = list(fields["messages"])
    if messages and is_prefix(messages[-1]):
        answer = answer._replace(
            content=text_of_prefix(fields) + answer.content, reasoning=thought_of_prefix(fields) + answer.reasoning
        )
        messages.pop()
    again = dict(fields) | {"messages": [*messages, _answer(answer, with_reasoning=with_reasoning), *map(dict, new)]}
    if again.get("tool_choice") not in ("none", "auto"):
        again.pop("tool_choice", None)
    return again


def whole_calls(calls: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """Tool calls as they can be sent back: with an id, where the server gave none, and arguments that are JSON, where
    the model wrote nothing."""
    found = []
    for place, call in enumerate(calls):
        function = dict(call["function"])
        function["arguments"] = function.get("arguments") or "{}"
        found.append({**call, "id": call.get("id") or f"call_{place}", "function": function})
    return found


def _answer(turn: Said, *, with_reasoning: bool) -> dict[str, Any]:
    # Content is never null: some servers refuse that.
    message: dict[str, Any] = {"role": "assistant", "content": turn.content}
    if with_reasoning:
        message["reasoning_content"] = turn.reasoning
    if turn.tool_calls:
        message["tool_calls"] = whole_calls(turn.tool_calls)
    return message


def _results(turn: Said, following: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """Results for those of the turn's calls that have none in what follows."""
    given = {message.get("tool_call_id") for message in following if message.get("role") == "tool"}
    known = {message["tool_call_id"]: message["content"] for message in turn.results}
    names = [call["id"] for call in whole_calls(turn.tool_calls) if call["id"] not in given]
    return [{"role": "tool", "tool_call_id": name, "content": known.get(name, turn.missing)} for name in names]
