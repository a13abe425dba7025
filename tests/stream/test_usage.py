"""Token counts of several streams, added up whatever the servers call a count."""

from __future__ import annotations

from typing import Any

import pytest

from dsk.errors import LengthFault
from dsk.stream.answer import Answer
from dsk.stream.events import Finish, Usage
from dsk.stream.usage import total

HUGE = 10**400


@pytest.mark.parametrize(
    ("before", "now", "both"),
    [
        (None, {"a": 1}, {"a": 1}),
        ({"a": 1, "b": 2}, {"a": 3}, {"a": 4, "b": 2}),
        ({"a": {"b": 1}}, {"a": {"b": 2}}, {"a": {"b": 3}}),
        ({"cost": 0.5}, {"cost": 0.25}, {"cost": 0.75}),
        ({"a": HUGE}, {"a": 1.5}, {"a": 1.5}),
        ({"a": 1.5}, {"a": HUGE}, {"a": HUGE}),
        ({"a": 5}, {"a": -1}, {"a": -1}),
        ({"a": True}, {"a": 1}, {"a": 1}),
        ({"a": "1"}, {"a": None}, {"a": None}),
    ],
)
def test_what_can_be_counted_is_added(before: dict[str, Any] | None, now: dict[str, Any], both: dict[str, Any]) -> None:
    assert total(before, now) == both


@pytest.mark.parametrize("tokens", [HUGE, -5, "\x1b[31m", {"a": 1}, True])
def test_an_absurd_count_is_in_no_message(tokens: object) -> None:
    answer = Answer()
    answer.add(Usage({"completion_tokens": tokens}))
    answer.add(Finish("length", 0))
    fault = answer.verdict()
    assert isinstance(fault, LengthFault)
    assert fault.message == "the token limit cut the answer"
