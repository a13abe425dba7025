"""A body in the words of a server other than DeepSeek's: thinking, the token limit, the counting of tokens.

Servers differ in what they call these, and some refuse every field that they do not know. Pure.
"""

from __future__ import annotations

from typing import Any

from dsk.request.options import RequestOptions, Ways

# Thinking without an effort, where an effort is all that can be said: every server has it, and DeepSeek means it.
USUAL_EFFORT = "high"
NOT_TOLD = "this server has no field to tell it whether to think: --think, --no-think and --effort have no effect"


def thinking_fields(ways: Ways, think: bool | None, options: RequestOptions) -> dict[str, Any]:
    """The fields that say whether to think, and how hard. None at all if nothing was said of it."""
    effort = options.effort if options.effort != "none" else None
    if effort == "max":
        effort = ways.max_effort
    if think is None:
        return {}
    match ways.thinking:
        case "reasoning_effort":
            return {"reasoning_effort": (effort or USUAL_EFFORT) if think else "none"}
        case "reasoning":
            return {"reasoning": {"enabled": think}, **_effort(effort)}
        case "chat_template_kwargs":
            # Templates ask for one or the other, and some servers look at the field instead.
            return {"chat_template_kwargs": {"enable_thinking": think, **_effort(effort)}, **_effort(effort)}
        case "none":
            return {}
        case _:
            return {"thinking": {"type": "enabled" if think else "disabled"}, **_effort(effort)}


def warnings(ways: Ways, think: bool | None) -> list[str]:
    """What to say of a wish that cannot be put to the server."""
    return [NOT_TOLD] if think is not None and ways.thinking == "none" else []


def _effort(effort: str | None) -> dict[str, Any]:
    return {"reasoning_effort": effort} if effort else {}
