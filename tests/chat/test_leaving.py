"""How a conversation ends, and what the terminal is like then."""

from __future__ import annotations

import shutil
import signal
import subprocess
import termios
from functools import partial

import pytest

from dsk.scripted.server import ScriptedServer
from tests.chat.conftest import Open, sent, talk
from tests.chat.terminal import CTRL_C, ENTER, Screen
from tests.harness import DEADLINE, Dsk, wait_until

LOCAL_FLAGS = 3


def local_flags(screen: Screen) -> int:
    flags = termios.tcgetattr(screen.process.child_fd)[LOCAL_FLAGS]
    assert isinstance(flags, int)
    return flags & (termios.ECHO | termios.ICANON | termios.ISIG | termios.NOFLSH)


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP])
def test_a_signal_at_the_prompt_leaves_the_terminal_as_it_was(
    open_chat: Open, server: ScriptedServer, number: signal.Signals
) -> None:
    with open_chat(server) as screen:
        before = local_flags(screen)
        screen.prompt()
        screen.say("one")
        wait_until(lambda: local_flags(screen) != before, "the prompt")
        screen.process.kill(number)
        assert screen.end() == 128 + number
        assert local_flags(screen) == before
    assert b"Traceback" not in screen.raw


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP])
def test_a_signal_in_an_answer_keeps_it_and_leaves_the_terminal_as_it_was(
    open_chat: Open, stalling: ScriptedServer, here: Dsk, number: signal.Signals
) -> None:
    with open_chat(stalling) as screen:
        before = local_flags(screen)
        screen.prompt()
        screen.type("go" + ENTER)
        screen.shows("one two")
        screen.process.kill(number)
        assert screen.end() == 128 + number
        assert local_flags(screen) == before
    assert "one two" in here.run("session", "show", "1").text


def test_an_interrupt_signal_at_the_prompt_is_a_key(open_chat: Open, server: ScriptedServer) -> None:
    with open_chat(server) as screen:
        screen.prompt()
        screen.type("abc")
        screen.shows("> abc")
        screen.process.kill(signal.SIGINT)
        screen.prompt()
        screen.process.kill(signal.SIGINT)
        screen.shows("quit leaves")
        screen.leave()


@pytest.mark.parametrize("term", ["xterm-256color", "dumb"])
def test_many_interrupts_at_the_prompt_are_no_end(open_chat: Open, server: ScriptedServer, term: str) -> None:
    with open_chat(server, env={"TERM": term}) as screen:
        screen.prompt()
        for _ in range(100):
            screen.type(CTRL_C)
        screen.type("on")
        screen.type(ENTER)
        screen.shows("Answer 1.")
        screen.leave()
    assert b"Traceback" not in screen.raw
    assert sent(server) == talk("on")


def test_a_signal_is_heard_in_an_answer_that_follows_a_prompt(open_chat: Open, stalling: ScriptedServer) -> None:
    with open_chat(stalling) as screen:
        screen.prompt()
        screen.say("/usage")
        screen.say("/usage")
        screen.type("go" + ENTER)
        screen.shows("one two")
        screen.process.kill(signal.SIGUSR1)
        screen.shows("dsk: answering: 7 characters")
        screen.process.kill(signal.SIGINT)
        screen.shows("dsk: stopped")
        screen.leave()


@pytest.mark.skipif(not shutil.which("tmux"), reason="tmux is not installed")
def test_a_conversation_in_tmux_is_gone_on_with_in_its_pane(here: Dsk, server: ScriptedServer) -> None:
    env = here.env | {"TMUX_TMPDIR": str(here.home), "DEEPSEEK_BASE_URL": server.base_url, "SHELL": "/bin/sh"}

    def tmux(*args: str) -> str:
        return subprocess.run(
            ["tmux", "-f", "/dev/null", *args],
            env=env,
            cwd=here.home,
            check=True,
            capture_output=True,
            text=True,
            timeout=DEADLINE,
        ).stdout

    def screen() -> list[str]:
        return [line.rstrip() for line in tmux("capture-pane", "-p", "-S", "-").rstrip().split("\n")]

    def ends_with(lines: list[str]) -> bool:
        return screen()[-len(lines) :] == lines

    command = f"{here.shell_words('chat')}; {here.shell_words('chat', '-c')}; cat"
    tmux("new-session", "-d", "-x", "60", "-y", "12", command)
    try:
        wait_until(lambda: screen()[-1] == ">", "the prompt")
        for question, answer in (("one", "Answer 1."), ("two", "Answer 2.")):
            tmux("send-keys", "-l", question)
            tmux("send-keys", "Enter")
            ending = [f"> {question}", answer, "", ">"]
            wait_until(partial(ends_with, ending), "the answer")
        tmux("send-keys", "C-d")
        wait_until(lambda: any("session 1, 2 turns" in line for line in screen()), "the second conversation")
        wait_until(lambda: screen()[-1] == ">", "the prompt")
        tmux("send-keys", "-l", "three")
        tmux("send-keys", "Enter")
        wait_until(partial(ends_with, ["> three", "Answer 3.", "", ">"]), "the answer")
        shown = screen()
    finally:
        tmux("kill-server")
    assert sent(server) == talk("one", "Answer 1.", "two", "Answer 2.", "three")
    assert shown == [
        "dsk: deepseek-flash, a new session; /help lists the commands",
        ", ^D leaves",
        "> one",
        "Answer 1.",
        "",
        "> two",
        "Answer 2.",
        "",
        ">",
        "dsk: deepseek-flash, session 1, 2 turns; /help lists the com",
        "mands, ^D leaves",
        "> two",
        "Answer 2.",
        "",
        "> three",
        "Answer 3.",
        "",
        ">",
    ]
