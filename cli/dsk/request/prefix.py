"""A question asked again from where its answer broke off, and the paths that take it.

In a chat that is DeepSeek's chat prefix completion: the text so far goes back as a last assistant message with
``prefix`` set, to the beta path; reasoning that came before it goes along. In a completion, which fills in the middle,
the text so far goes back at the end of the prompt, which any server understands. Source: the API reference of
2026-09-10, chat prefix completion and FIM completion. ``in_way`` puts a prefix to servers that have another way of it.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

CHAT_PATH = "/chat/completions"
PREFIX_PATH = "/beta/chat/completions"
FIM_PATH = "/beta/completions"
#: Where servers that follow OpenAI take the same body.
COMPLETIONS_PATH = "/completions"
#: Where Mistral does: docs.mistral.ai/api, createFIMCompletion.
MISTRAL_FIM_PATH = "/fim/completions"
LIMITS = ("max_tokens", "max_completion_tokens")


def can_go_on(fields: Mapping[str, Any], *, has_beta: bool) -> bool:
    """Whether an answer to this body can be taken up in the middle and still be one answer; ``has_beta``: by a server
    with prefix completion.

    Not if several choices are asked for, nor in JSON mode or if a call is forced: a model that is held to a whole JSON
    value would begin a new one; nor if the answer repeats the prompt.
    """
    if fields.get("n") not in (None, 1):
        return False
    if is_completion(fields):
        return isinstance(fields["prompt"], str) and not fields.get("echo")
    response_format = fields.get("response_format")
    wants_text = response_format is None or (
        isinstance(response_format, dict) and response_format.get("type") == "text"
    )
    is_forced = isinstance(fields.get("tool_choice"), dict)
    return has_beta and wants_text and not is_forced and isinstance(fields.get("messages"), list)


def gone_on_with(fields: Mapping[str, Any], content: str, reasoning: str, spent: int) -> dict[str, Any]:
    """The body that asks for the rest. ``spent`` tokens of ``max_tokens`` are used up.

    A prefix that the body had already goes before the text so far.
    """
    if is_completion(fields):
        again = dict(fields) | {"prompt": fields["prompt"] + content}
    else:
        again = dict(fields) | {"messages": _with_prefix(fields, content, reasoning)}
    for limit in LIMITS:
        if isinstance(fields.get(limit), int):
            again[limit] = max(fields[limit] - spent, 1)
    return again


def beginning(content: str, reasoning: str) -> dict[str, Any]:
    """The message that begins an answer, or with an empty ``content`` only its reasoning."""
    message: dict[str, Any] = {"role": "assistant", "content": content, "prefix": True}
    return message | {"reasoning_content": reasoning} if reasoning else message


def _with_prefix(fields: Mapping[str, Any], content: str, reasoning: str) -> list[dict[str, Any]]:
    messages = list(fields["messages"])
    last = beginning(content, "")
    if messages and is_prefix(messages[-1]):
        last = messages.pop() | {"content": text_of_prefix(fields) + content}
        reasoning = thought_of_prefix(fields) + reasoning
    # With tools every answer has to have it, also where it is empty.
    if reasoning or fields.get("tools"):
        last["reasoning_content"] = reasoning
    return [*messages, last]


def is_completion(fields: Mapping[str, Any]) -> bool:
    """Whether a body asks for a completion of a text, not of a chat."""
    return "prompt" in fields and "messages" not in fields


def is_prefix(message: object) -> bool:
    """Whether a message is the beginning of the answer."""
    return isinstance(message, dict) and message.get("role") == "assistant" and message.get("prefix") is True


def text_of_prefix(fields: Mapping[str, Any]) -> str:
    """The beginning of the answer that the body itself gives; "" if it gives none."""
    return _in_prefix(fields, "content")


def thought_of_prefix(fields: Mapping[str, Any]) -> str:
    """The beginning of the reasoning that the body itself gives; "" if it gives none."""
    return _in_prefix(fields, "reasoning_content")


def _in_prefix(fields: Mapping[str, Any], name: str) -> str:
    messages = fields.get("messages")
    if not (isinstance(messages, list) and messages and is_prefix(messages[-1])):
        return ""
    text = messages[-1].get(name)
    return text if isinstance(text, str) else ""


def path_of(fields: Mapping[str, Any], *, has_beta: bool) -> str:
    """The path that takes this body; ``has_beta``: at a server with prefix completion, which takes strict functions
    there too, and there only."""
    if is_completion(fields):
        return FIM_PATH if has_beta else COMPLETIONS_PATH
    messages = fields.get("messages")
    has_prefix = isinstance(messages, list) and bool(messages) and is_prefix(messages[-1])
    return PREFIX_PATH if has_prefix or (has_beta and _has_strict(fields)) else CHAT_PATH


def in_way(fields: Mapping[str, Any], way: str) -> tuple[str, dict[str, Any]]:
    """Path and body that put a body to a server with this way of prefix completion, which only one with a prefix needs.

    Mistral's (``prefix``) is DeepSeek's at the usual path. vLLM is told to go on with the last message
    (``continue_final_message``), llama.cpp and Groq do so anyway (``last_message``). None of them takes the reasoning
    back. Any other way is DeepSeek's, ``beta`` at a server that is known to have it.
    """
    if way == "prefix" and is_completion(fields):
        return MISTRAL_FIM_PATH, dict(fields)
    path = path_of(fields, has_beta=way == "beta")
    if path != PREFIX_PATH or way not in ("prefix", "continue_final_message", "last_message"):
        return path, dict(fields)
    *earlier, last = fields["messages"]
    last = {name: value for name, value in last.items() if name != "reasoning_content"}
    put = dict(fields)
    if way != "prefix":
        del last["prefix"]
    if way == "continue_final_message":
        put |= {"add_generation_prompt": False, "continue_final_message": True}
    return CHAT_PATH, put | {"messages": [*earlier, last]}


def _has_strict(fields: Mapping[str, Any]) -> bool:
    tools = fields.get("tools")
    functions = [tool.get("function") for tool in tools if isinstance(tool, dict)] if isinstance(tools, list) else []
    return any(isinstance(function, dict) and function.get("strict") is True for function in functions)
