"""The answers to questions that a yes or a no answers: by what stands in the text that is asked about. Pure."""

from __future__ import annotations

import re
from math import exp, log1p

YES, NO = "Yes", "No"
# Whoever says so in the system message gets one of the two.
MARK = "yes or no"
#: Letters: shorter words say little of what a text is about.
LEAST = 4


def answer_to(system: str, prompt: str) -> str:
    """Yes if a longer word of the question stands in the text, capitals and a plural's s aside; also where there is no
    text. The question is what follows the first blank line of the system message, else the last part of the prompt."""
    question, text = system.partition("\n\n")[2], prompt
    if not question:
        text, _, question = prompt.rpartition("\n\n")
    held = text.casefold()
    words = (word.removesuffix("s") for word in re.findall(r"\w+", question.casefold()) if len(word) >= LEAST)
    return YES if not text.strip() or any(word in held for word in words) else NO


def other(token: str, value: float) -> tuple[str, float] | None:
    """The opposite of a yes or no of this log probability, with the probability that is left; None for other tokens."""
    if token not in (YES, NO):
        return None
    left = -9999.0 if value >= 0 else log1p(-exp(value))
    return (NO if token == YES else YES), left
