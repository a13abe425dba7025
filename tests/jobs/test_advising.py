"""What a failure says to do next, by what is known of the run."""

from __future__ import annotations

import pytest

from dsk.errors import BrokenFault, ClockFault, Failure, InterruptFault, InvalidFault, LengthFault
from dsk.jobs.advising import advised

GOES_ON = "dsk log resume 7 goes on with it"


@pytest.mark.parametrize(
    ("kind", "hint", "said"),
    [
        (BrokenFault, "run it again", GOES_ON),
        (BrokenFault, "run it again; --raw shows the frames", f"{GOES_ON}; --raw shows the frames"),
        (BrokenFault, "run it again, or check the base URL", f"{GOES_ON}; or check the base URL"),
        (ClockFault, "try again, or raise --stall", f"{GOES_ON}; or raise --stall"),
        (ClockFault, "raise --max-time, or ask for less", f"{GOES_ON}; or raise --max-time, or ask for less"),
        (LengthFault, "raise --max-tokens", f"{GOES_ON}; or raise --max-tokens"),
        (InterruptFault, "", GOES_ON),
        (InvalidFault, "run it again", "run it again"),
    ],
)
def test_what_goes_on_with_an_answer_comes_first_and_other_advice_stays(
    kind: type[Failure], hint: str, said: str
) -> None:
    failure = kind("it failed", hint=hint)
    assert advised(failure, "ask", 7) == advised(failure, "send", 7) == said
    assert advised(failure, "ask") == advised(failure, "fim", 7) == hint


def test_log_resume_is_told_of_no_option_that_it_has_not() -> None:
    failure = LengthFault("it was cut", hint="raise --max-tokens")
    assert advised(failure, "log resume", 7) == GOES_ON
    assert advised(failure, "log resume") == "with dsk ask, raise --max-tokens"
    assert advised(BrokenFault("it broke", hint="run it again"), "log resume") == "run it again"
    stalled = ClockFault("it stalled", hint="try again, or raise --stall")
    assert advised(stalled, "log resume", 7) == f"{GOES_ON}; or raise --stall"


def test_a_conversation_asks_again_by_its_own_command() -> None:
    for hint, said in {
        "run it again": "/retry asks again",
        "try again, or raise --stall": "/retry asks again, or raise --stall",
        "raise --max-tokens": "raise --max-tokens",
        "": "",
    }.items():
        assert advised(BrokenFault("it broke", hint=hint), "chat", 7) == said
