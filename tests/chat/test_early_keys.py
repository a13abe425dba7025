"""Keys that are typed so early that the line editor still has the terminal, or so early that there is no prompt yet."""

from __future__ import annotations

import time

import pytest

from dsk.scripted.faults import parse_fault
from dsk.scripted.script import Reply, Script
from tests.chat.conftest import Open, sent, talk
from tests.chat.terminal import CTRL_C, CTRL_D, ENTER
from tests.chat.test_talking import Serve

ENDLESS = Script(replies=(Reply(text="one two three four", faults=(parse_fault("stall-after=2"),)), Reply(text="Two.")))


@pytest.mark.parametrize("question", ["go", "long " * 400])
@pytest.mark.parametrize("milliseconds", [0, 5, 10, 20, 50])
def test_an_interrupt_at_once_after_enter_stops_the_answer(
    open_chat: Open, serve: Serve, milliseconds: int, question: str
) -> None:
    with open_chat(serve(ENDLESS)) as screen:
        screen.prompt()
        screen.type(question + ENTER)
        # Not to wait for anything, but to meet the editor at another place.
        time.sleep(milliseconds / 1000)
        screen.type(CTRL_C)
        screen.shows("dsk: stopped")
        screen.leave()
    assert b"quit leaves" not in screen.raw
    assert b"Traceback" not in screen.raw


def test_what_is_typed_with_an_early_interrupt_is_kept(open_chat: Open, serve: Serve) -> None:
    server = serve(Script(replies=(Reply(text="Answer 1."),)))
    with open_chat(server) as screen:
        screen.prompt()
        screen.type("go" + ENTER + "ne" + CTRL_C + "xt")
        screen.shows("dsk: stopped; /retry asks again")
        screen.shows("> next")
        screen.say("")
        screen.leave()
    assert sent(server) == talk("next")


def test_the_end_typed_in_an_answer_leaves_at_the_next_prompt(open_chat: Open, serve: Serve) -> None:
    with open_chat(serve(ENDLESS)) as screen:
        screen.prompt()
        screen.type("go" + ENTER)
        screen.shows("one two")
        screen.type(CTRL_D)
        screen.type(CTRL_C)
        assert screen.end() == 0
    assert b"dsk: stopped" in screen.raw


def test_the_end_typed_in_an_answer_leaves_a_dumb_terminal(open_chat: Open, serve: Serve) -> None:
    with open_chat(serve(ENDLESS), env={"TERM": "dumb"}) as screen:
        screen.prompt()
        screen.type("go" + ENTER)
        screen.shows("one two")
        screen.type(CTRL_D)
        screen.type(CTRL_C)
        assert screen.end() == 0
