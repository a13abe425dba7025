"""``--set K=V`` and ``--set K:=JSON``: any body field that has no flag of its own."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from dsk.errors import UsageFault
from dsk.request.json_value import json_value

FORBIDDEN = ("messages",)
LONGEST_SHOWN = 200
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
        raise UsageFault(
            f"--set {text}", "it is not K=V or K:=JSON", hint="as in --set seed:=7 or --set safety_check=low"
        )
    if not name.endswith(":"):
        return _checked(name), value
    try:
        return _checked(name[:-1]), json_value(value, is_clear=True)
    except ValueError as error:
        shown = text if len(text) <= LONGEST_SHOWN else f"{text[:LONGEST_SHOWN]}..."
        raise UsageFault(
            f"--set {shown}", f"it is not JSON: {error}", hint="a text is set by K=V without the colon"
        ) from error


def text_warning(text: str) -> str:
    """What to say of a ``--set`` that sends a text where the field is known to take a number or a switch; ""
    where it does not."""
    name, _, value = text.partition("=")
    kind = "number" if name in NUMBERS else "switch" if name in SWITCHES else ""
    if not kind:
        return ""
    try:
        json_value(value)
    except ValueError:
        return ""
    return f'--set {text} sends the text "{value}": {name}:={value} sends the {kind}'


def is_set(name: str, texts: Iterable[str]) -> bool:
    """Whether one of these ``--set`` sets the field of this name."""
    return any(parse_field(text)[0] == name for text in texts)


def _checked(name: str) -> str:
    if name in FORBIDDEN:
        raise UsageFault(f"--set {name}", "the prompt makes the messages", hint="dsk send takes a body of your own")
    return name
