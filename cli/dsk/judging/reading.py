"""How likely yes is, against no, by the log probabilities of an answer, or by its text where there are none.

The token that answers is the first one that is more than blanks and marks. Its spellings are summed: capitals, spaces
and marks around it, the words of other languages for a question in one of these.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from math import exp
from typing import TYPE_CHECKING, Any

from dsk.records import NamedTuple

if TYPE_CHECKING:
    from dsk.stream.answer import Choice

YES = {
    *("yes", "y", "true", "ja", "oui", "si", "sí", "sim", "da", "tak", "да", "はい", "是", "是的", "对", "예", "네"),
}
NO = {
    *(
        "no",
        "n",
        "false",
        "nein",
        "nee",
        "nej",
        "non",
        "não",
        "nao",
        "nie",
        "нет",
        "いいえ",
        "否",
        "不",
        "不是",
        "아니요",
    ),
}
#: A word in what may stand around it: marks and spaces, also those of vocabularies (SentencePiece, byte-level BPE).
WORD = re.compile(r"[\W_Ġ]*(.*?)[\W_]*", re.DOTALL)
LONGEST = 40
#: What stands for a token outside of the likeliest 20: no probability at all.
OUTSIDE = -9999.0
#: What rounding may add to a log probability of 0; what is above is none.
SLACK = 0.01
#: Below this the two together are not what the model says.
LEAST = 0.5


class Reading(NamedTuple):
    """``p_yes``: the probability of yes where it is yes or no, 0 to 1. ``has_logprobs``: it was told; else the text is
    all that there is, and it is 1 or 0."""

    p_yes: float
    has_logprobs: bool


class Token(NamedTuple):
    """A token of the answer, and the log probabilities of what might stand in its place, itself among them."""

    text: str
    likely: Mapping[str, float]


def read(choice: Choice) -> Reading | None:
    """None if the answer is neither yes nor no."""
    for token in tokens_of(choice.logprobs or {}):
        if _word(token.text):
            p_yes = probability(token)
            return None if p_yes is None else Reading(p_yes, has_logprobs=True)
    words = choice.content.split()
    first = next((word for word in map(_word, words) if word), "")
    side = _side(first)
    return None if side is None else Reading(float(side), has_logprobs=False)


def probability(token: Token) -> float | None:
    """The probability of yes against no at this place; None if both together are unlikely."""
    yes = no = 0.0
    for text, value in token.likely.items():
        side = _side(_word(text))
        # Whatever a server sends is some probability.
        share = exp(min(max(value, OUTSIDE), 0.0))
        if side is True:
            yes += share
        elif side is False:
            no += share
    if len(token.likely) == 1:
        # The server tells of the token that was drawn only: the rest is for the other side.
        return yes if yes else 1.0 - no if no else None
    return yes / (yes + no) if yes + no >= LEAST else None


def tokens_of(logprobs: Mapping[str, Any]) -> Iterator[Token]:
    """The tokens in the ``logprobs`` of a choice, in the shape of chat completions or of the older completions. What
    fits neither is left out. https://api-docs.deepseek.com/api/create-chat-completion"""
    entries = logprobs.get("content")
    for entry in entries if isinstance(entries, list) else ():
        if isinstance(entry, dict) and isinstance(text := entry.get("token"), str):
            others = entry.get("top_logprobs")
            rows = [entry, *(others if isinstance(others, list) else ())]
            yield Token(text, _likely((row.get("token"), row.get("logprob")) for row in rows if isinstance(row, dict)))
    texts = logprobs.get("tokens")
    for place, text in enumerate(texts if isinstance(texts, list) else ()):
        if isinstance(text, str):
            others = _at(logprobs.get("top_logprobs"), place)
            more = others.items() if isinstance(others, dict) else ()
            yield Token(text, _likely([(text, _at(logprobs.get("token_logprobs"), place)), *more]))


def _likely(rows: Any) -> dict[str, float]:
    return {text: value for text, value in rows if isinstance(text, str) and _is_number(value)}


def _is_number(value: object) -> bool:
    # NaN is no number.
    return isinstance(value, (int, float)) and not isinstance(value, bool) and value == value


def damage(logprobs: Mapping[str, Any]) -> float | None:
    """What is given for a log probability and can be none, as it is above 0; None if all can be."""
    values = (value for token in tokens_of(logprobs) for value in token.likely.values())
    return next((value for value in values if value > SLACK), None)


def _at(values: object, place: int) -> object:
    return values[place] if isinstance(values, list) and place < len(values) else None


def _word(text: str) -> str:
    found = WORD.fullmatch(text) if len(text) <= LONGEST else None
    return found[1].casefold() if found else text


def _side(word: str) -> bool | None:
    return True if word in YES else False if word in NO else None
