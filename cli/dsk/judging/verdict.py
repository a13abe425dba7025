"""What an answer comes to where a yes or a no was asked for, and from which probability on it is one of the two."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal, TypeAlias

from dsk.errors import InvalidFault, LengthFault
from dsk.judging.reading import Reading, damage, read

if TYPE_CHECKING:
    from dsk.ending import Ending

Verdict: TypeAlias = Literal["yes", "no", "unsure"]
LONGEST_SHOWN = 40
HINT = "ask what can be answered with yes or no"


def verdict(p_yes: float, threshold: float) -> Verdict:
    """Yes from the threshold on, no where no is as likely as that, unsure between; ``threshold`` is 0.5 or more."""
    if p_yes >= threshold:
        return "yes"
    return "no" if 1.0 - p_yes >= threshold else "unsure"


def reading_of(ending: Ending) -> Reading | None:
    """How likely yes is; None if the answer is neither."""
    choice = ending.answer.choices.get(0)
    return read(choice) if choice else None


def judged(ending: Ending, hint: str = HINT) -> Ending:
    """The ending of a question that one token answers: that no more came is as it should be, but it has failed if it
    is neither yes nor no, of which ``hint`` says what to do about another word, or if its log probabilities are
    none."""
    if ending.failure and not isinstance(ending.failure, LengthFault):
        return ending
    choice = ending.answer.choices.get(0)
    value = damage(choice.logprobs) if choice and choice.logprobs else None
    if value is not None:
        fault = InvalidFault(
            "the log probabilities are none",
            f"{str(value)[:LONGEST_SHOWN]} is above 0",
            hint="the server is at fault: ask another one, with -P or --base-url",
        )
        return ending._replace(failure=fault)
    if reading_of(ending):
        return ending._replace(failure=None)
    text = ending.answer.content
    if text.strip():
        shown = text if len(text) <= LONGEST_SHOWN else f"{text[:LONGEST_SHOWN]}..."
        return ending._replace(failure=InvalidFault("the answer is neither yes nor no", repr(shown), hint=hint))
    if ending.failure:
        why = "the model thinks first" if ending.answer.reasoning else "it was cut before its first word"
        hint = "set think = false in the profile if the server knows that, or raise --max-tokens"
        return ending._replace(failure=LengthFault("there is no answer", why, hint=hint))
    return ending._replace(failure=InvalidFault("the answer is neither yes nor no", "it is empty", hint="run it again"))
