"""How likely yes is, by log probabilities or by the text."""

from __future__ import annotations

from math import inf, log, nan
from typing import Any

import pytest

from dsk.ending import Ending, Timing
from dsk.errors import BrokenFault, Failure, InvalidFault, LengthFault
from dsk.judging.asking import wants_fewer
from dsk.judging.reading import Reading, read
from dsk.judging.verdict import judged, verdict
from dsk.stream.answer import Answer, Choice
from dsk.stream.events import Content, Logprobs, Reasoning


def entry(token: str, value: float, **others: float) -> dict[str, Any]:
    """A token with its value; ``others`` have spaces where there are underscores."""
    rows = {token: value, **{name.replace("_", " "): other for name, other in others.items()}}
    return {"token": token, "logprob": value, "top_logprobs": [{"token": t, "logprob": v} for t, v in rows.items()]}


def reading(content: str, logprobs: dict[str, Any] | None = None) -> Reading | None:
    choice = Choice()
    choice.add_content(content.encode())
    choice.logprobs = logprobs
    return read(choice)


def p_yes(*entries: dict[str, Any]) -> float | None:
    found = reading("", {"content": list(entries)})
    assert found is None or found.has_logprobs
    return found.p_yes if found else None


def test_yes_is_weighed_against_no() -> None:
    assert p_yes(entry("Yes", log(0.6), No=log(0.2))) == pytest.approx(0.75)
    assert p_yes(entry("No", log(0.6), Yes=log(0.2))) == pytest.approx(0.25)


def test_the_spellings_of_each_are_summed() -> None:
    found = p_yes(entry("Yes", log(0.4), yes=log(0.2), _YES=log(0.1), Ja=log(0.1), No=log(0.1), _nein=log(0.1)))
    assert found == pytest.approx(0.8)


@pytest.mark.parametrize(
    "token", ["Yes", " yes", "▁YES", "Ġyes", "**Yes**", "“Yes.”", "\nYes", "y", "True", "是", "はい", "Sí"]
)
def test_marks_spaces_and_capitals_do_not_count(token: str) -> None:
    assert p_yes(entry(token, log(0.8), No=log(0.2))) == pytest.approx(0.8)
    assert reading(token) == Reading(1.0, has_logprobs=False)


def test_what_is_outside_of_the_likeliest_has_no_weight() -> None:
    assert p_yes(entry("Yes", 0.0, No=-9999.0)) == 1.0
    assert p_yes(entry("No", -9999.0, Yes=0.0)) == 1.0


def test_the_token_that_was_drawn_counts_although_it_is_not_among_the_likeliest() -> None:
    drawn = entry("No", log(0.1)) | {"top_logprobs": [{"token": "Yes", "logprob": log(0.9)}]}
    assert p_yes(drawn) == pytest.approx(0.9)


def test_of_a_server_that_tells_of_one_token_only_the_rest_is_for_the_other_side() -> None:
    assert p_yes({"token": "Yes", "logprob": log(0.9)}) == pytest.approx(0.9)
    assert p_yes({"token": "No", "logprob": log(0.9), "top_logprobs": []}) == pytest.approx(0.1)


def test_blanks_and_marks_before_the_answer_are_passed_over() -> None:
    assert p_yes(entry("\n\n", -0.1, No=-3.0), entry("**", 0.0), entry("Yes", log(0.7), No=log(0.3))) == pytest.approx(
        0.7
    )


def test_what_is_mostly_neither_is_neither() -> None:
    assert p_yes(entry("Maybe", log(0.6), Yes=log(0.3), No=log(0.1))) is None
    assert p_yes(entry("Yes", log(0.51), Maybe=log(0.49))) == 1.0
    assert p_yes(entry("Note", log(0.9), Nothing=log(0.1))) is None


def test_the_older_shape_is_read_too() -> None:
    legacy = {"tokens": [" Yes"], "token_logprobs": [log(0.6)], "top_logprobs": [{" Yes": log(0.6), " No": log(0.4)}]}
    found = [reading("", legacy), reading("", {"tokens": ["No"], "token_logprobs": [log(0.8)], "top_logprobs": None})]
    assert [one.p_yes for one in found if one] == pytest.approx([0.6, 0.2])


@pytest.mark.parametrize(
    "logprobs",
    [
        {},
        {"content": None},
        {"content": []},
        {"content": "Yes"},
        {"content": [7, {"token": 3}, {"logprob": 0}]},
        {"tokens": [None], "token_logprobs": 3, "top_logprobs": [3]},
        {"reasoning_content": [entry("Yes", 0.0)]},
    ],
)
def test_where_there_are_none_the_text_decides(logprobs: dict[str, Any]) -> None:
    assert reading("No, it is not.", logprobs) == Reading(0.0, has_logprobs=False)


def test_values_that_are_no_numbers_are_left_out_and_none_is_too_large() -> None:
    token = entry("Yes", log(0.5), No=log(0.5))
    token["top_logprobs"] += [{"token": " no", "logprob": value} for value in (nan, -inf, None, "0", True)]
    assert p_yes(token) == pytest.approx(0.5)
    assert p_yes(entry("Yes", 1e-7, No=-(10**400))) == 1.0


@pytest.mark.parametrize(
    "text", ["", " \n", "***", "Perhaps", "Not really", "Yesterday", "Noise, yes", "a" + "*" * 50_000 + "b"]
)
def test_a_text_that_begins_with_another_word_is_neither(text: str) -> None:
    assert reading(text) is None


@pytest.mark.parametrize(
    ("p", "threshold", "found"),
    [
        (0.8, 0.8, "yes"),
        (0.79, 0.8, "unsure"),
        (0.21, 0.8, "unsure"),
        (0.2, 0.75, "no"),
        (0.5, 0.5, "yes"),
        (1.0, 1, "yes"),
    ],
)
def test_a_verdict_is_what_reaches_the_threshold(p: float, threshold: float, found: str) -> None:
    assert verdict(p, threshold) == found


def ending(*said: Content | Reasoning | Logprobs, failure: Failure | None = None) -> Ending:
    answer = Answer()
    for event in said:
        answer.add(event)
    return Ending(answer, failure, Timing(None, None), 200)


DAMAGED = "the log probabilities are none: {} is above 0"
CUT = LengthFault("the token limit cut the answer")


def test_that_no_more_than_one_token_came_is_no_failure() -> None:
    assert judged(ending(Content("Yes", 0), failure=CUT)).failure is None
    assert judged(ending(Content("no", 0))).failure is None


@pytest.mark.parametrize(
    ("said", "failure", "kind", "message"),
    [
        ((Content("The", 0),), CUT, InvalidFault, "the answer is neither yes nor no: 'The'"),
        ((Content("a" * 50, 0),), None, InvalidFault, f"the answer is neither yes nor no: '{'a' * 40}...'"),
        ((), None, InvalidFault, "the answer is neither yes nor no: it is empty"),
        ((Reasoning("Hm", 0),), CUT, LengthFault, "there is no answer: the model thinks first"),
        ((Content(" ", 0),), CUT, LengthFault, "there is no answer: it was cut before its first word"),
        ((Content("Yes", 0),), BrokenFault("it broke"), BrokenFault, "it broke"),
        ((Content("Yes", 0), Logprobs({"content": [entry("Yes", 5.0)]}, 0)), CUT, InvalidFault, DAMAGED.format("5.0")),
        (
            (Content("Yes", 0), Logprobs({"content": [entry("Yes", 0.0, No=1e308)]}, 0)),
            None,
            InvalidFault,
            DAMAGED.format("1e+308"),
        ),
    ],
)
def test_what_is_no_answer_has_failed(
    said: tuple[Content | Reasoning | Logprobs, ...], failure: Failure | None, kind: type[Failure], message: str
) -> None:
    found = judged(ending(*said, failure=failure)).failure
    assert (type(found), found.message if found else "") == (kind, message)


def test_only_a_refusal_that_names_them_makes_it_ask_for_fewer() -> None:
    from dsk.errors import RefusedFault

    assert wants_fewer(RefusedFault("refused", "top_logprobs must be at most 5"))
    assert not wants_fewer(RefusedFault("refused", "no such model"))
    assert not wants_fewer(BrokenFault("broken", "logprobs"))
    assert not wants_fewer(None)
