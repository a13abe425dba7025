"""The body that asks for what stands between two texts: fill in the middle. Pure.

Source: https://api-docs.deepseek.com/guides/fim_completion and the API reference of autumn 2026. The model does not
think in it. Servers that follow OpenAI's completions know the same fields.
"""

from __future__ import annotations

from typing import Any

from dsk.errors import UsageFault
from dsk.request.body import Body, check_text, set_fields
from dsk.request.cautions import ignored
from dsk.request.options import RequestOptions

#: The most that DeepSeek generates.
MOST_TOKENS = 4096
MADE_HERE = ("prompt", "suffix")


def build_fim(before: str, after: str, options: RequestOptions, *, is_deepseek: bool, usage: bool) -> Body:
    """The body of a completion between ``before`` and ``after``.

    ``options.model`` must be set; what is said there of thinking, JSON and users does not count. ``is_deepseek`` and
    ``usage`` are those of ``body.build``. Raises ``UsageFault`` for a field that cannot be set.
    """
    fields: dict[str, Any] = {"model": options.model, "prompt": before}
    if after:
        fields["suffix"] = after
    fields["stream"] = options.stream
    if options.stream and usage and not is_deepseek and (options.ways is None or options.ways.include_usage):
        fields["stream_options"] = {"include_usage": True}
    # Here the token limit is max_tokens with everybody, whatever ``options.ways`` has it called in a chat:
    # https://platform.openai.com/docs/api-reference/completions/create
    for name in ("temperature", "top_p", "max_tokens", "logprobs"):
        value = getattr(options, name)
        if value is not None:
            fields[name] = value
    if options.stop:
        fields["stop"] = list(options.stop)
    own, warnings = set_fields(options)
    for name in MADE_HERE:
        if name in own:
            raise UsageFault(f"--set {name}", "the text around the cursor makes it", hint="--before and --after do")
    fields |= own
    check_text(fields)
    return Body(fields, [*warnings, *(ignored(fields) if is_deepseek else [])])
