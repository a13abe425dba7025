"""The request body. Fields that nobody asked for are not sent, ``stream`` and the profile's own apart.

Field names, ranges and what a mode ignores are those of DeepSeek's chat completions reference of autumn 2026; what
other servers call them is in ``dsk.request.dialect``.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

from dsk.errors import UsageFault
from dsk.records import NamedTuple
from dsk.request.options import RequestOptions, wants_thinking

#: The most that DeepSeek generates, and the least ``top_p`` with which it does while it thinks.
MOST_TOKENS = 393_216
LEAST_TOP_P = 0.95


class Body(NamedTuple):
    """A body ready to be written, and what the user should be told about it."""

    fields: dict[str, Any]
    warnings: list[str]


def build(messages: Sequence[dict[str, Any]], options: RequestOptions, *, is_deepseek: bool, usage: bool) -> Body:
    """The body of a question.

    ``options.model`` must be set. ``is_deepseek`` tells whether the profile's rules are DeepSeek's, for the
    warnings; ``usage`` asks other servers for token counts, which DeepSeek always sends. Raises ``UsageFault``
    for options that contradict each other, a field that cannot be set, and pictures that DeepSeek refuses.
    """
    fields: dict[str, Any] = {"model": options.model, "messages": list(messages), "stream": options.stream}
    ways = options.ways
    if options.stream and usage and not is_deepseek and (ways is None or ways.include_usage):
        fields["stream_options"] = {"include_usage": True}
    think = wants_thinking(options)
    found: list[str] = []
    if ways:
        from dsk.request import dialect

        fields |= dialect.thinking_fields(ways, think, options)
        found = dialect.warnings(ways, think)
    else:
        if think is not None:
            fields["thinking"] = {"type": "enabled" if think else "disabled"}
        if options.effort and options.effort != "none":
            fields["reasoning_effort"] = options.effort
    for name in ("temperature", "top_p", "max_tokens", "user_id"):
        value = getattr(options, name)
        if value is not None:
            fields[ways.max_tokens if ways and name == "max_tokens" else name] = value
    if options.stop:
        fields["stop"] = list(options.stop)
    # A schema says more, and is put into the body by itself.
    if options.json_mode and not options.schema:
        fields["response_format"] = {"type": "json_object"}
    if options.logprobs is not None:
        fields["logprobs"] = True
        fields["top_logprobs"] = options.logprobs
    if options.functions:
        fields["tools"] = [{"type": "function", "function": dict(tool)} for tool in options.functions]
    own, warnings = set_fields(options)
    fields |= own
    check_text(fields)
    if fields.get("tools") and options.prefix is not None:
        # With tools every answer has to have its reasoning, also where it is empty.
        fields["messages"][-1] = {"reasoning_content": ""} | fields["messages"][-1]
    if is_deepseek and any(isinstance(message.get("content"), list) for message in messages):
        from dsk.request.images import check_images

        check_images(messages, fields["model"])
    return Body(fields, [*found, *warnings, *(_warnings(fields, options) if is_deepseek else [])])


def encode(fields: dict[str, Any], *, pretty: bool = False) -> bytes:
    """The body as UTF-8 JSON: compact on one line, or indented for people."""
    if pretty:
        return json.dumps(fields, ensure_ascii=False, indent=2).encode()
    return json.dumps(fields, ensure_ascii=False, separators=(",", ":")).encode()


def set_fields(options: RequestOptions) -> tuple[dict[str, Any], list[str]]:
    """The fields of ``--set``, and what to say of them. Raises ``UsageFault``."""
    if not options.set:
        return {}, []
    from dsk.request.fields import parse_field, text_warning

    warnings = [warning for text in options.set if (warning := text_warning(text))]
    return dict(parse_field(text) for text in options.set), warnings


def check_text(fields: dict[str, Any]) -> None:
    """Raise ``UsageFault`` for a field with bytes of argv that were not UTF-8; the prompt has been looked at."""
    for name, value in fields.items():
        try:
            if name != "messages":
                encode({name: value})
        except UnicodeEncodeError as error:
            shown = name.encode("utf-8", "backslashreplace").decode()
            raise UsageFault(f"the field {shown} is not UTF-8 text", hint="convert it: iconv -t UTF-8") from error


def _warnings(fields: dict[str, Any], options: RequestOptions) -> list[str]:
    thinking = fields.get("thinking")
    is_off = thinking.get("type") == "disabled" if isinstance(thinking, dict) else False
    thinks = not is_off and (thinking is not None or fields.get("reasoning_effort") != "none")
    found = []
    if thinks and "temperature" in fields:
        found.append("temperature has no effect while the model thinks (--no-think)")
    top_p = fields.get("top_p")
    if not thinks and top_p is not None:
        found.append("top_p has no effect unless the model thinks (--think)")
    if thinks and isinstance(top_p, (int, float)) and top_p < LEAST_TOP_P:
        found.append(f"top_p {top_p:g} is taken as {LEAST_TOP_P} while the model thinks")
    if not thinks and options.effort not in (None, "none"):
        found.append("--effort has no effect while thinking is off")
    elif is_off and options.effort is None and fields.get("reasoning_effort") not in (None, "none"):
        found.append("reasoning_effort has no effect while thinking is off")
    limit = fields.get("max_tokens")
    if isinstance(limit, int) and limit > MOST_TOKENS:
        found.append(f"max_tokens {limit} is refused by DeepSeek, which generates at most {MOST_TOKENS}")
    if options.set:
        from dsk.request import cautions

        found += [*cautions.ignored(fields), *cautions.refused(fields, thinks=thinks)]
    if options.set or options.user_id is not None:
        from dsk.request.limits import misfits

        found += misfits(fields)
    says_json = any("json" in str(message.get("content")).lower() for message in fields["messages"])
    if options.json_mode and not options.schema and not says_json:
        found.append("no message mentions JSON: DeepSeek may then send white space until the token limit")
    return found
