"""What was said before, as the messages that go before a new question.

The same turns always give the same messages, byte for byte, so that the server's prefix cache has them. An answer
that broke off stands as far as it came. Source for reasoning and tool calls: DeepSeek's guides to thinking mode and
tool calls of autumn 2026.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, NamedTuple

NOT_CALLED = "The tool was not called."


class Said(NamedTuple):
    """A turn: the messages of the user's side, and the answer. ``tool_calls`` are those that are whole."""

    messages: Sequence[Mapping[str, Any]]
    content: str
    reasoning: str = ""
    tool_calls: Sequence[Mapping[str, Any]] = ()


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
    is not among the next messages gets one that says so, because no server takes a call without a result.
    """
    messages: list[dict[str, Any]] = [{"role": "system", "content": system}] if system else []
    pending: Sequence[Mapping[str, Any]] = ()
    for turn in turns:
        messages += _results(pending, turn.messages)
        messages += map(dict, turn.messages)
        messages.append(_answer(turn, with_reasoning=with_reasoning))
        pending = turn.tool_calls
    return [*messages, *_results(pending, new), *map(dict, new)]


def _answer(turn: Said, *, with_reasoning: bool) -> dict[str, Any]:
    # Content is never null: some servers refuse that.
    message: dict[str, Any] = {"role": "assistant", "content": turn.content}
    if with_reasoning:
        message["reasoning_content"] = turn.reasoning
    if turn.tool_calls:
        message["tool_calls"] = list(turn.tool_calls)
    return message


def _results(calls: Sequence[Mapping[str, Any]], following: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    given = {message.get("tool_call_id") for message in following if message.get("role") == "tool"}
    missing = [str(call.get("id")) for call in calls if call.get("id") not in given]
    return [{"role": "tool", "tool_call_id": name, "content": NOT_CALLED} for name in missing]
