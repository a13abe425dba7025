"""Whether an answer is whole, and if not, whose fault that is. Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dsk.errors import BrokenFault, Failure, FilterFault, LengthFault
from dsk.stream.events import Malformed, Trouble
from dsk.stream.usage import is_count

if TYPE_CHECKING:
    from dsk.stream.answer import Answer

_AGAIN = "run it again"
_OTHER_WORDS = "put the prompt in other words"
_ALL_CHOICES = "--json has all choices"
_AGAIN_OR_ELSEWHERE = "run it again, or check the base URL; --raw shows the body"
#: Finish reasons of a whole answer. "function_call" is what "tool_calls" was called before there could be several.
WHOLE = frozenset(("stop", "tool_calls", "function_call"))
#: DeepSeek's limits without ``max_tokens``, and the counts at which they have cut an answer.
DEFAULT_LIMITS = "DeepSeek's own limit is 8K, with --think 64K, with --effort max 128K"
MET_BY_DEFAULT = frozenset(size * unit for size in (8, 64, 128) for unit in (1000, 1024))
_CUT_BY_SERVER = {
    "insufficient_system_resource": "it was short of resources",
    "aborted": "it aborted the answer",
}


def judge(answer: Answer) -> Failure | None:
    """None for a whole answer, else its failure. An error outdoes a finish reason; then choice 0 counts, which is the
    one that is printed, and only if that is whole do others, the first that is not."""
    if answer.stopped:
        return None
    if answer.break_off is not None:
        return _broken_off(answer.break_off)
    failure = _printed(answer)
    return failure if failure or set(answer.choices) <= {0} else _of_others(answer)


def _printed(answer: Answer) -> Failure | None:
    reason = answer.finish_reason
    if reason in WHOLE or (reason is None and answer.done):
        return _refused(answer)
    if reason == "length":
        return _too_long(answer)
    if reason == "content_filter":
        return FilterFault("the content filter cut the answer", answer.refusal, hint=_OTHER_WORDS)
    if reason is not None:
        return _cut_by_server("the answer", reason)
    if not answer.begun:
        return BrokenFault("no frames came", "the stream ended before the answer began", hint=_AGAIN, transient=True)
    return BrokenFault("the stream ended without finish reason and [DONE]", hint=_AGAIN, transient=True)


def _of_others(answer: Answer) -> Failure | None:
    """The failure of an answer in several choices, of which the printed one is whole."""
    if 0 not in answer.choices or not answer.choices[0].has_text:
        other = next((index for index in sorted(answer.choices) if answer.choices[index].has_text), None)
        if other is not None:
            return BrokenFault("the first choice is empty", f"there is text in choice {other}", hint=_ALL_CHOICES)
    for index in sorted(answer.choices):
        if index and (failure := _other(answer, index)):
            return failure
    return None


def _other(answer: Answer, index: int) -> Failure | None:
    choice, name = answer.choices[index], f"choice {index}"
    reason = choice.finish_reason
    if reason in WHOLE or (reason is None and answer.finish_reason is None):
        is_refusal = choice.refusal and not choice.has_content
        return FilterFault(f"the model refused in {name}", choice.refusal, hint=_OTHER_WORDS) if is_refusal else None
    if reason is None:
        return BrokenFault(f"{name} was cut", "the stream ended without its finish reason", hint=_AGAIN, transient=True)
    if reason == "length":
        return LengthFault(f"the token limit cut {name}", hint=f"raise --max-tokens; {_ALL_CHOICES}")
    if reason == "content_filter":
        return FilterFault(f"the content filter cut {name}", choice.refusal, hint=_OTHER_WORDS)
    return _cut_by_server(name, reason)


def _cut_by_server(what: str, reason: str) -> Failure:
    why = _CUT_BY_SERVER.get(reason)
    said = f"{why} (finish reason {reason})" if why else f"unknown finish reason {reason!r}"
    return BrokenFault(f"the server cut {what}", said, hint=_AGAIN, transient=reason in _CUT_BY_SERVER)


def _broken_off(event: Trouble | Malformed) -> Failure:
    if isinstance(event, Trouble):
        said = f"{event.message} ({event.kind})" if event.kind else event.message
        return BrokenFault("the server reported an error", said, hint=_AGAIN, transient=True)
    if event.number:
        hint = f"{_AGAIN}; --raw shows the frames"
        return BrokenFault(f"frame {event.number} is malformed", event.why, hint=hint, transient=True)
    return BrokenFault("the body is malformed", event.why, hint=_AGAIN_OR_ELSEWHERE)


def _refused(answer: Answer) -> Failure | None:
    if answer.refusal and not answer.has_content:
        return FilterFault("the model refused", answer.refusal, hint=_OTHER_WORDS)
    return None


def _too_long(answer: Answer) -> Failure:
    usage = answer.usage or {}
    tokens, thought = (
        _count(usage, "completion_tokens"),
        _count(usage.get("completion_tokens_details"), "reasoning_tokens"),
    )
    if not answer.has_content and not answer.tool_calls and (answer.has_reasoning or thought):
        why = (
            f"the reasoning used up all {tokens} tokens"
            if tokens and tokens > 1
            else "the reasoning used up all tokens"
        )
        hint = f"raise --max-tokens{_budget(tokens)}, lower --effort, or turn the reasoning off with --no-think"
        return LengthFault("the token limit cut the answer", why, hint=hint)
    why = f"it has {tokens} token{'' if tokens == 1 else 's'}" if tokens else ""
    if why and thought:
        why += f", {thought} of them reasoning"
    return LengthFault("the token limit cut the answer", why, hint=f"raise --max-tokens{_budget(tokens)}")


def _budget(tokens: int | None) -> str:
    """What there is to know of the limit that was met, if it is the one that counts where none is given."""
    return f" ({DEFAULT_LIMITS})" if tokens in MET_BY_DEFAULT else ""


def _count(holder: object, name: str) -> int | None:
    value = holder.get(name) if isinstance(holder, dict) else None
    return value if is_count(value) else None
