"""What a completion request asks for: the rules between fields, and the few values that an answer depends on.

Pure. The rules are those of DeepSeek's API: what breaks one is a 400, what does not fit the schema a 422.
"""

from __future__ import annotations

import zlib
from collections.abc import Mapping
from typing import Any, Final

from dsk.records import NamedTuple
from dsk.request.schema.asking import forced_function
from dsk.scripted import schema
from dsk.scripted.instance import schema_of
from dsk.scripted.pieces import estimate
from dsk.scripted.refusals import Refused, dumps
from dsk.scripted.strict_tools import check_strict

FLASH = "deepseek-flash"
MODELS: Final = (FLASH, "deepseek-v4-pro")
#: Names that are answered by another model. The last two are retired: only ``strict`` refuses them.
ALIASES: Final = {"deepseek-v4-flash": FLASH, "deepseek-v4-flash-vision-exp": FLASH}
RETIRED: Final = {"deepseek-chat": FLASH, "deepseek-reasoner": FLASH}

MAX_STOPS = 16
MAX_TOOLS = 128
_RANGES: Final = {
    "temperature": (0, 2),
    "top_p": (0, 1),
    "frequency_penalty": (-2, 2),
    "presence_penalty": (-2, 2),
}
_MOST_LOGPROBS = 20
_MAX_TOKENS: Final = {"chat": 393_216, "fim": 4096}


class Asked(NamedTuple):
    """A request that can be answered.

    ``prompt`` is the last user message, or the text before the gap in FIM. ``prefix`` is the beginning of the
    answer that is to be gone on with, "" in other requests; ``thought`` the beginning of its reasoning.
    ``conversation`` is the same number for a question and for the requests that go on with its answer,
    ``identity`` the same for requests that differ in their white space alone.
    ``top_logprobs`` is None where no log probabilities are wanted. ``system`` is the text of the system messages.
    ``tools`` are the functions that may be called, ``results`` the texts that those called last have given, ``schema``
    is what the answer has to fit, ``function`` the one that has to be called.
    """

    fim: bool
    model: str
    prompt: str
    prompt_tokens: int
    conversation: int
    identity: int
    thinks: bool = False
    is_prefix: bool = False
    prefix: str = ""
    thought: str = ""
    echo: bool = False
    max_tokens: int | None = None
    stops: tuple[str, ...] = ()
    streams: bool = False
    include_usage: bool = False
    json_mode: bool = False
    top_logprobs: int | None = None
    system: str = ""
    tools: tuple[Mapping[str, Any], ...] = ()
    results: tuple[str, ...] = ()
    schema: Mapping[str, Any] | None = None
    function: str = ""


def read_chat(data: bytes, *, beta: bool, strict: bool, prefixes: str) -> Asked:
    """The chat request in a body. ``strict`` refuses models that DeepSeek does not have, ``prefixes`` is as in
    ``Script``. Raises ``Refused``."""
    body = schema.parse(data)
    schema.check_chat(body, _place(data))
    messages: list[dict[str, Any]] = body["messages"]
    if not messages:
        raise Refused(400, "Empty input messages")
    last = messages[-1]
    is_prefix = bool(last.get("prefix")) or _goes_on(body, last, prefixes)
    thinks = _thinks(body)
    _check_common(body, "chat", strict=strict)
    _check_prefixes(messages, beta=beta or prefixes == "prefix")
    _check_tools(body, messages, thinks=thinks, beta=beta)
    # Models of other makers stand for other servers, many of which take it.
    is_ours = body["model"] in (*MODELS, *ALIASES, *RETIRED)
    if is_ours and (body.get("response_format") or {}).get("type") == "json_schema":
        raise Refused(400, "This response_format type is unavailable now")
    if not 0 <= (body.get("top_logprobs") or 0) <= _MOST_LOGPROBS:
        raise _out_of_range("top_logprobs", 0, _MOST_LOGPROBS)
    if body.get("top_logprobs") is not None and not body.get("logprobs"):
        raise Refused(400, "logprobs must be set to true if top_logprobs is used")
    asked = messages[:-1] if is_prefix else messages
    return Asked(
        fim=False,
        prompt=next((_text(m) for m in reversed(asked) if m["role"] == "user"), ""),
        prompt_tokens=sum(estimate(_text(m)) + 4 for m in messages),
        conversation=zlib.crc32(dumps(asked).encode()),
        system="\n".join(_text(m) for m in asked if m["role"] == "system"),
        thinks=thinks,
        is_prefix=is_prefix,
        prefix=_text(last) if is_prefix else "",
        thought=(last.get("reasoning_content") or "") if is_prefix else "",
        json_mode=(body.get("response_format") or {}).get("type") == "json_object",
        tools=_functions(body),
        results=_results(asked),
        schema=schema_of(body),
        function=str((forced_function(body) or {}).get("name", "")),
        top_logprobs=(body.get("top_logprobs") or 0) if body.get("logprobs") else None,
        **_common(body),
    )


def read_fim(data: bytes, *, strict: bool) -> Asked:
    """The FIM request in a body. Raises ``Refused``."""
    body = schema.parse(data)
    schema.check_fim(body, _place(data))
    _check_common(body, "fim", strict=strict)
    prompt, suffix = body["prompt"], body.get("suffix") or ""
    if not 0 <= (body.get("logprobs") or 0) <= _MOST_LOGPROBS:
        raise _out_of_range("logprobs", 0, _MOST_LOGPROBS)
    return Asked(
        fim=True,
        prompt=prompt,
        prompt_tokens=estimate(prompt) + estimate(suffix) + 3,
        conversation=zlib.crc32(dumps([prompt, suffix]).encode()),
        echo=bool(body.get("echo")),
        top_logprobs=body.get("logprobs"),
        **_common(body),
    )


def _common(body: dict[str, Any]) -> dict[str, Any]:
    stops = body.get("stop") or ()
    model = body["model"]
    return {
        "identity": zlib.crc32(dumps(body).encode()),
        "model": (ALIASES | RETIRED).get(model, model),
        "max_tokens": body.get("max_tokens"),
        "stops": tuple(stop for stop in ((stops,) if isinstance(stops, str) else stops) if stop),
        "streams": bool(body.get("stream")),
        "include_usage": bool((body.get("stream_options") or {}).get("include_usage")),
    }


def _place(data: bytes) -> str:
    lines = data.rstrip().split(b"\n")
    return f" at line {len(lines)} column {len(lines[-1])}"


def _text(message: dict[str, Any]) -> str:
    """A message's text: all of it, or the text parts of it."""
    content = message.get("content") or ""
    if isinstance(content, str):
        return content
    texts = (part.get("text") for part in content if isinstance(part, dict))
    return "\n".join(text for text in texts if isinstance(text, str))


def _thinks(body: dict[str, Any]) -> bool:
    """Whether the model thinks: ``thinking`` beats ``reasoning_effort``; with neither it does."""
    if body.get("thinking") is not None:
        return str(body["thinking"]["type"]) == "enabled"
    if body.get("reasoning_effort") is not None:
        return schema.EFFORTS[body["reasoning_effort"]] != "none"
    return str(body["model"]) != "deepseek-chat"


def _check_common(body: dict[str, Any], kind: str, *, strict: bool) -> None:
    model = body["model"]
    if strict and model not in MODELS and model not in ALIASES:
        raise Refused(400, f"The supported API model names are {', '.join(MODELS)}, but you passed {model}.")
    if body.get("stream_options") is not None and not body.get("stream"):
        raise Refused(400, "stream_options should be set along with stream = true")
    for name, (low, high) in (_RANGES | {"max_tokens": (1, _MAX_TOKENS[kind])}).items():
        if (value := body.get(name)) is not None and not low <= value <= high:
            raise _out_of_range(name, low, high)
    if isinstance(body.get("stop"), list) and len(body["stop"]) > MAX_STOPS:
        raise Refused(400, f"Invalid stop value, at most {MAX_STOPS} stop sequences are allowed")


def _out_of_range(name: str, low: int, high: int) -> Refused:
    return Refused(400, f"Invalid {name} value, the valid range of {name} is [{low}, {high}]")


def _goes_on(body: dict[str, Any], last: dict[str, Any], prefixes: str) -> bool:
    """Whether a server with another way of prefixes takes the last message for one."""
    wants = prefixes == "last_message" or (prefixes == "continue_final_message" and body.get(prefixes) is True)
    return wants and last["role"] == "assistant"


def _check_prefixes(messages: list[dict[str, Any]], *, beta: bool) -> None:
    places = [place for place, message in enumerate(messages) if message.get("prefix")]
    if not places:
        return
    if not beta:
        raise Refused(400, "The prefix parameter is a beta feature: use the base URL that ends in /beta")
    if places != [len(messages) - 1] or messages[-1]["role"] != "assistant":
        raise Refused(400, "The prefix parameter is only for the last message, which must be from the assistant")


def _check_tools(body: dict[str, Any], messages: list[dict[str, Any]], *, thinks: bool, beta: bool) -> None:
    tools = body.get("tools") or []
    if len(tools) > MAX_TOOLS:
        raise Refused(400, f"Invalid tools value, at most {MAX_TOOLS} tools are allowed")
    check_strict(tools, beta=beta)
    choice = body.get("tool_choice")
    if isinstance(choice, dict) and forced_function(body) is None:
        raise Refused(400, "Invalid tool_choice: the function is not among the tools")
    if thinks and (choice == "required" or isinstance(choice, dict)):
        raise Refused(400, "Thinking mode does not support this tool_choice")
    if thinks and tools and any(m["role"] == "assistant" and "reasoning_content" not in m for m in messages):
        raise Refused(400, "The `reasoning_content` in the thinking mode must be passed back to the API.")
    _check_results(messages)


def _check_results(messages: list[dict[str, Any]]) -> None:
    """Each call is followed by its result at once, and each result follows its call."""
    missing: list[object] = []
    for message in messages:
        if message["role"] == "tool":
            if message.get("tool_call_id") not in missing:
                raise Refused(
                    400, "Messages with role 'tool' must be a response to a preceding message with 'tool_calls'"
                )
            missing.remove(message.get("tool_call_id"))
        elif missing:
            break
        else:
            missing = [call.get("id") for call in message.get("tool_calls") or () if isinstance(call, dict)]
    if missing:
        why = "must be followed by tool messages responding to each 'tool_call_id'"
        raise Refused(400, f"An assistant message with 'tool_calls' {why}. (No result of {missing[0]})")


def _functions(body: dict[str, Any]) -> tuple[Mapping[str, Any], ...]:
    """The functions that the answer may call, if it may call any."""
    tools = [tool for tool in body.get("tools") or () if isinstance(tool, dict)]
    found = [tool.get("function") for tool in tools if tool.get("type") == "function"]
    named = tuple(f for f in found if isinstance(f, dict) and isinstance(f.get("name"), str))
    return () if body.get("tool_choice") == "none" else named


def _results(messages: list[dict[str, Any]]) -> tuple[str, ...]:
    """The texts of the results at the end."""
    found: list[str] = []
    for message in reversed(messages):
        if message["role"] != "tool":
            break
        found.insert(0, _text(message))
    return tuple(found)
