"""Keys that are typed so early that the line editor still has the terminal, or so early that there is no prompt yet."""

from __future__ import annotations

import termios
from collections.abc import Callable

import pytest

from dsk.scripted.faults import parse_fault
from dsk.scripted.script import Reply, Script
from dsk.scripted.server import ScriptedServer
from tests.chat.conftest import Open, sent, talk
from tests.chat.terminal import CTRL_C, CTRL_D, CTRL_Z, ENTER, Screen
from tests.harness import Dsk

Serve = Callable[[Script], ScriptedServer]

ENDLESS = Script(replies=(Reply(text="one two three four", faults=(parse_fault("stall-after=2"),)),) * 20)
#: What a terminal is told when the line editor begins, and when it ends.
BEGINS, ENDS = b"\x1b[?2004h", b"\x1b[?2004l"


def counts(screen: Screen, mark: bytes, number: int) -> None:
    screen.until(lambda _: screen.raw.count(mark) >= number, f"{mark!r} {number} times")


def test_an_interrupt_at_any_time_after_enter_stops_the_answer(open_chat: Open, serve: Serve) -> None:
    with open_chat(serve(ENDLESS)) as screen:
        for turn, question in enumerate(["go", "long " * 300, "on"] * 2):
            screen.prompt()
            counts(screen, BEGINS, turn + 1)
            screen.type(question + ENTER)
            if turn > 2:
                # As early as it is no key any more, or just before that.
                counts(screen, ENDS, turn + 1)
            screen.type(CTRL_C)
            counts(screen, b"dsk: stopped", turn + 1)
        screen.leave()
    assert b"quit leaves" not in screen.raw
    assert b"Traceback" not in screen.raw
    assert b"wakeup fd" not in screen.raw


def test_what_is_typed_around_an_early_interrupt_is_kept(open_chat: Open, serve: Serve) -> None:
    server = serve(Script(replies=(Reply(text="Answer 1."),)))
    with open_chat(server) as screen:
        screen.prompt()
        screen.type("go" + ENTER + "ne" + CTRL_C + "xt")
        screen.shows("dsk: stopped; /retry asks again")
        screen.shows("> next")
        screen.say("")
        screen.leave()
    assert sent(server) == talk("next")


def test_a_question_that_was_stopped_before_it_was_sent_can_be_asked_again(open_chat: Open, serve: Serve) -> None:
    server = serve(Script(replies=(Reply(text="Answer 1."),)))
    with open_chat(server) as screen:
        screen.prompt()
        screen.type("go" + ENTER + CTRL_C)
        screen.shows("dsk: stopped; /retry asks again")
        screen.prompt()
        screen.type("/usage" + ENTER + CTRL_C)
        screen.until(lambda lines: lines[-2:] == ["dsk: stopped", ">"], "no command either")
        screen.say("/retry")
        screen.shows("Answer 1.")
        screen.leave()
    assert sent(server) == talk("go")


@pytest.mark.parametrize("term", ["xterm-256color", "dumb"])
def test_the_end_typed_in_an_answer_leaves_at_the_next_prompt(open_chat: Open, serve: Serve, term: str) -> None:
    with open_chat(serve(ENDLESS), env={"TERM": term}) as screen:
        screen.prompt()
        screen.type("go" + ENTER)
        screen.shows("one two")
        screen.type(CTRL_D)
        screen.type(CTRL_C)
        assert screen.end() == 0
    assert b"dsk: stopped" in screen.raw


def test_the_end_typed_behind_a_command_leaves(open_chat: Open, serve: Serve) -> None:
    with open_chat(serve(ENDLESS)) as screen:
        screen.prompt()
        screen.type("/usage" + ENTER)
        counts(screen, ENDS, 1)
        screen.type(CTRL_D)
        assert screen.end() == 0


def is_hidden(screen: Screen) -> bool:
    """Whether the terminal is as dsk, and no shell, has it while an answer comes."""
    flags: int = termios.tcgetattr(screen.process.fileno())[3]
    return bool(flags & termios.NOFLSH and not flags & termios.ECHO)


@pytest.mark.parametrize("shell", [("bash", "--norc", "--noprofile", "-i"), ("sh", "-i")], ids=["bash", "sh"])
def test_keys_stay_hidden_in_an_answer_that_was_stopped_for_a_while(
    here: Dsk, stalling: ScriptedServer, shell: tuple[str, ...]
) -> None:
    with Screen(here, *shell[1:], command=shell[:1], env={"DEEPSEEK_BASE_URL": stalling.base_url}) as screen:
        screen.type(f"{here.shell_words('chat')}{ENTER}")
        screen.prompt()
        screen.type("hi" + ENTER)
        screen.shows("one two")
        screen.type(CTRL_Z)
        screen.until(lambda _: not is_hidden(screen), "a terminal for the shell")
        screen.shows("Stopped")
        screen.type("fg" + ENTER)
        screen.until(lambda _: is_hidden(screen), "a terminal for dsk")
        screen.type("early")
        screen.type(CTRL_C)
        screen.shows("dsk: stopped")
        lines = screen.shows("> early")
        assert [line for line in lines if "early" in line] == ["> early"]
