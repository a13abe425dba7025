"""A reply and a request become an answer in token-like pieces. Pure.

Here the rules of the answer are kept: thinking or not, going on after a prefix, stop sequences, the token limit,
and what usage says of it all.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from dsk.records import NamedTuple
from dsk.scripted.asked import Asked
from dsk.scripted.calling import told, with_calls
from dsk.scripted.faults import Fault
from dsk.scripted.instance import instance_of
from dsk.scripted.pieces import cut
from dsk.scripted.script import Reply
from dsk.scripted.stories import story_for
from dsk.scripted.yes_or_no import MARK, NO, YES, answer_to

# Whoever says so in the prompt gets the story as a program.
CODE_BLOCK = "code block"
# And whoever does in the system message gets a command.
COMMAND_LINES = "command lines"
# Characters.
SHORTEST_BEGINNING = 4


class Call(NamedTuple):
    """A tool call with its arguments in pieces."""

    id: str
    name: str
    arguments: tuple[str, ...]


class Answer(NamedTuple):
    """All that is said, in pieces of about a token, and what is said about it."""

    reasoning: tuple[str, ...]
    content: tuple[str, ...]
    calls: tuple[Call, ...]
    finish_reason: str
    usage: Mapping[str, Any]

    @property
    def tokens(self) -> int:
        """The number of pieces; a call's name counts as one."""
        return len(self.reasoning) + len(self.content) + sum(1 + len(call.arguments) for call in self.calls)


def compose(reply: Reply, asked: Asked, faults: Mapping[str, Fault]) -> Answer:
    """The answer that a reply gives to a request."""
    reply = with_calls(reply, asked)
    text = "" if "empty" in faults else _text(reply, asked, fits="misfit" not in faults)
    text = _after(text, _begun(text, asked.prompt) if asked.fim else asked.prefix)
    if "repeat-prefix" in faults:
        text = asked.prefix + text
    text = _before_stop(text, asked.stops)
    if asked.echo:
        text = asked.prompt + text
    calls = () if asked.fim else _calls(reply)
    if asked.function and not calls:
        # Who has to call a function says nothing else.
        calls, text = (Call(_call_id(0), asked.function, tuple(cut(text))),), ""
    whole = Answer(
        reasoning=tuple(cut(_reasoning(reply, asked))),
        content=tuple(cut(text)),
        calls=calls,
        finish_reason="",
        usage={},
    )
    answer = whole if asked.max_tokens is None else _limited(whole, asked.max_tokens)
    reason = reply.finish_reason or ("tool_calls" if whole.calls else "stop")
    if answer.tokens < whole.tokens:
        reason = "length"
    if "finish" in faults:
        reason = faults["finish"].argument
    return answer._replace(finish_reason=reason, usage=_usage(answer, reply, asked))


def _text(reply: Reply, asked: Asked, *, fits: bool) -> str:
    if reply.echo:
        return asked.prompt
    if reply.yes_if is not None:
        return YES if reply.yes_if in asked.prompt else NO
    if reply.text is not None:
        return reply.text
    if reply.tool_calls:
        return ""
    if asked.schema is not None:
        return instance_of(asked.schema, fits=fits)
    if asked.results:
        return told(asked.results)
    # A text that is gone on with has grown at its end.
    story = story_for(asked.prompt[:1] if asked.fim else asked.prompt)
    if asked.json_mode:
        return story.json
    if MARK in asked.system.lower():
        return answer_to(asked.system, asked.prompt)
    if COMMAND_LINES in asked.system.lower():
        return story.command
    return story.code if CODE_BLOCK in asked.prompt.lower() else story.text


def _reasoning(reply: Reply, asked: Asked) -> str:
    # An answer that has begun is thought through already.
    if not asked.thinks or asked.prefix:
        return ""
    thought = reply.reasoning if reply.reasoning is not None else story_for(asked.prompt).thought
    return _after(thought, asked.thought)


def _after(text: str, prefix: str) -> str:
    return text[len(prefix) :] if text.startswith(prefix) else text


def _begun(text: str, prompt: str) -> str:
    """The beginning of a text that a prompt ends with: it is gone on with. A word at least, to be none by chance."""
    longest = min(len(text), len(prompt))
    found = (size for size in range(longest, SHORTEST_BEGINNING - 1, -1) if prompt.endswith(text[:size]))
    return text[: next(found, 0)]


def _before_stop(text: str, stops: tuple[str, ...]) -> str:
    return text[: min((place for place in map(text.find, stops) if place >= 0), default=len(text))]


def _calls(reply: Reply) -> tuple[Call, ...]:
    return tuple(
        Call(call.id or _call_id(place), call.name, tuple(cut(call.arguments)))
        for place, call in enumerate(reply.tool_calls)
    )


def _call_id(place: int) -> str:
    """An id of DeepSeek's form: the number of the call and 24 letters or digits."""
    letters = "4mK2vT9qXw7LcR1nB8sYhZ3d" * 2
    return f"call_{place:02}_{letters[place % 24 : place % 24 + 24]}"


def _limited(answer: Answer, limit: int) -> Answer:
    """No more than ``limit`` pieces of an answer; reasoning, content and calls come in this order."""
    reasoning = answer.reasoning[:limit]
    limit -= len(reasoning)
    content = answer.content[:limit]
    limit -= len(content)
    calls = []
    for call in answer.calls:
        if limit <= 0:
            break
        calls.append(call._replace(arguments=call.arguments[: limit - 1]))
        limit -= 1 + len(calls[-1].arguments)
    return answer._replace(reasoning=reasoning, content=content, calls=tuple(calls))


def _usage(answer: Answer, reply: Reply, asked: Asked) -> dict[str, Any]:
    usage: dict[str, Any] = {
        "prompt_tokens": asked.prompt_tokens,
        "completion_tokens": answer.tokens,
        "total_tokens": asked.prompt_tokens + answer.tokens,
        "prompt_tokens_details": {"cached_tokens": 0},
    }
    if asked.thinks:
        usage["completion_tokens_details"] = {"reasoning_tokens": len(answer.reasoning)}
    usage |= {"prompt_cache_hit_tokens": 0, "prompt_cache_miss_tokens": asked.prompt_tokens}
    return usage | dict(reply.usage)
