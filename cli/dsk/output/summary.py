"""What ``--json`` and the last line of ``--jsonl`` say of a run. Pure."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from dsk.errors import Status

if TYPE_CHECKING:
    from dsk.ending import Ending, Timing, Turn
    from dsk.errors import Failure
    from dsk.stream.answer import Answer, Call, Choice


def summary(ending: Ending, *, texts: bool, with_given: bool = False) -> dict[str, Any]:
    """The whole run as one object, its keys in the documented order; ``texts`` False leaves the texts out. With
    ``with_given`` they have the beginning that the request gave."""
    answer = ending.answer
    # A copy each: the printed choice has the same ones.
    content, reasoning = _texts(answer, with_given=with_given) if texts else ("", "")
    choices = []
    for index in sorted(answer.choices):
        choice = answer.choices[index]
        said = (content, reasoning) if index == 0 else (choice.content, choice.reasoning)
        choices.append(_choice(index, choice, said if texts else None))
    fields = {
        "id": answer.id or None,
        "model": answer.model or None,
        "content": content,
        "reasoning": reasoning,
        "tool_calls": calls_of(answer.tool_calls),
        "finish_reason": answer.finish_reason,
        "usage": ending.usage,
        "choices": choices,
        "timing": timing_fields(ending.timing),
        "resumed": [event.fields() for one in ending.answers for event in one.resumed],
        "status": int(ending.failure.status if ending.failure else Status.OK),
        "error": _error(ending.failure, ending.http_status) if ending.failure else None,
    }
    if ending.earlier and texts:
        fields["turns"] = [_turn(turn, with_given=with_given) for turn in ending.earlier]
    if with_given and answer.given.content:
        fields["prefix"] = answer.given.content
    return fields if texts else {k: v for k, v in fields.items() if k not in ("content", "reasoning")}


def _texts(answer: Answer, *, with_given: bool) -> tuple[str, str]:
    if with_given:
        return answer.whole_content, answer.whole_reasoning
    return answer.content, answer.reasoning


def _turn(turn: Turn, *, with_given: bool) -> dict[str, Any]:
    """An answer that another question followed, and what that one added."""
    answer = turn.answer
    content, reasoning = _texts(answer, with_given=with_given)
    return {
        "id": answer.id or None,
        "content": content,
        "reasoning": reasoning,
        "tool_calls": calls_of(answer.tool_calls),
        "finish_reason": answer.finish_reason,
        "usage": answer.usage,
        "messages": list(turn.said),
    }


def timing_fields(timing: Timing) -> dict[str, float | None]:
    """Seconds to the microsecond."""
    return {name: None if value is None else round(value, 6) for name, value in timing._asdict().items()}


def _choice(index: int, choice: Choice, said: tuple[str, str] | None) -> dict[str, Any]:
    """A choice; ``said`` is its answer and its reasoning, None to leave its texts out."""
    fields: dict[str, Any] = {"index": index}
    if said:
        fields |= {"content": said[0], "reasoning": said[1]}
    fields |= {"tool_calls": calls_of(choice.tool_calls), "finish_reason": choice.finish_reason}
    if said and choice.logprobs is not None:
        fields["logprobs"] = choice.logprobs
    if said and choice.refusal:
        fields["refusal"] = choice.refusal
    return fields


def calls_of(calls: Iterable[Call]) -> list[dict[str, Any]]:
    """Tool calls as the API has them."""
    return [
        {"id": call.id, "type": "function", "function": {"name": call.name, "arguments": call.arguments}}
        for call in calls
    ]


def _error(failure: Failure, http_status: int | None) -> dict[str, Any]:
    return {
        "message": failure.message,
        "http_status": failure.http_status or http_status,
        "trace": failure.trace or None,
        "hint": failure.hint or None,
        "retry_after": failure.retry_after,
    }
