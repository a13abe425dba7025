"""Log probabilities for scripted tokens, in the shapes of the chat and the completions API. Pure.

The likeliest token is the one that was given; the others are made up, and all but the first few are so
unlikely that the API reports -9999.0, as it does outside of the top 20. Of a yes or a no the opposite has all that is
left.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

from dsk.scripted.yes_or_no import other

OUTSIDE = -9999.0
_REPORTED = 5
_OTHERS: Final = " the, a, and, to, of, in, it, was, that, on, for, with, as, her, his, at, by, an, not, so, one"
_ALTERNATIVES: Final = tuple(_OTHERS.split(","))


def value_at(values: Sequence[float], place: int) -> float:
    """The value for the token at ``place``: the last value goes on for ever."""
    return values[min(place, len(values) - 1)] if values else 0.0


def chat_entry(token: str, value: float, top: int) -> dict[str, Any]:
    """One token of ``logprobs.content``, with ``top`` alternatives (0 to 20), itself the first of them."""
    return _entry(token, value) | {"top_logprobs": [_entry(*pair) for pair in _alternatives(token, value, top)]}


def fim_object(tokens: Sequence[str], values: Sequence[float], top: int, offset: int) -> dict[str, Any]:
    """``logprobs`` of the completions API for some tokens; the first begins at character ``offset``."""
    offsets = []
    for token in tokens:
        offsets.append(offset)
        offset += len(token)
    return {
        "text_offset": offsets,
        "token_logprobs": list(values),
        "tokens": list(tokens),
        "top_logprobs": [dict(_alternatives(t, v, top)) for t, v in zip(tokens, values, strict=True)],
    }


def _entry(token: str, value: float) -> dict[str, Any]:
    return {"token": token, "logprob": value, "bytes": list(token.encode())}


def _alternatives(token: str, value: float, top: int) -> list[tuple[str, float]]:
    if opposite := other(token, value):
        left = [(name, OUTSIDE) for name in _ALTERNATIVES]
        return sorted([(token, value), opposite], key=lambda pair: -pair[1])[:top] + left[: max(top - 2, 0)]
    others = [name for name in _ALTERNATIVES if name != token]
    made_up = [(o, value - 2.5 * (n + 1) if n < _REPORTED else OUTSIDE) for n, o in enumerate(others)]
    return [(token, value), *made_up][:top]
