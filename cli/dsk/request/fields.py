"""``--set K=V`` and ``--set K:=JSON``: any body field that has no flag of its own."""

from __future__ import annotations

import json
from typing import Any

from dsk.errors import UsageFault

FORBIDDEN = ("messages",)
# Of the chat completions of DeepSeek, OpenAI and the servers that follow them.
NUMBERS = (
    *("temperature", "top_p", "top_k", "min_p", "presence_penalty", "frequency_penalty", "repetition_penalty"),
    *("n", "seed", "max_tokens", "max_completion_tokens", "top_logprobs"),
)
SWITCHES = ("stream", "logprobs", "parallel_tool_calls", "store")


def parse_field(text: str) -> tuple[str, Any]:
    """Name and value of one ``--set``; ``:=`` takes JSON, ``=`` a text. The first of the two counts.

    Raises ``UsageFault`` naming what is wrong, and for JSON where.
    """
    name, equals, value = text.partition("=")
    if not equals or not name.rstrip(":"):
        raise UsageFault(f"--set {text}", "it is not K=V or K:=JSON")
    if not name.endswith(":"):
        return _checked(name), value
    try:
        parsed = json.loads(value, parse_constant=_no_constant)
        # Half a surrogate pair has no UTF-8 form; json lets it in by an escape.
        json.dumps(parsed, ensure_ascii=False).encode()
        return _checked(name[:-1]), parsed
    except ValueError as error:
        raise UsageFault(
            f"--set {text}", f"it is not JSON: {error}", hint="a text is set by K=V without the colon"
        ) from error
    except RecursionError as error:
        raise UsageFault(f"--set {name}...", "its JSON is nested too deep") from error


def text_warning(text: str) -> str:
    """What to say of a ``--set`` that sends a text where the field is known to take a number or a switch; ""
    where it does not."""
    name, _, value = text.partition("=")
    kind = "number" if name in NUMBERS else "switch" if name in SWITCHES else ""
    if not kind:
        return ""
    try:
        json.loads(value, parse_constant=_no_constant)
    except (ValueError, RecursionError):
        return ""
    return f'--set {text} sends the text "{value}": {name}:={value} sends the {kind}'


def _checked(name: str) -> str:
    if name in FORBIDDEN:
        raise UsageFault(f"--set {name}", "the prompt makes the messages", hint="dsk send takes a body of your own")
    return name


def _no_constant(name: str) -> Any:
    raise ValueError(f"{name} is no JSON value")
