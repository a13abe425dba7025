"""The hidden prompt of ``dsk key set`` on a real terminal."""

from __future__ import annotations

import os
import shlex
import shutil
import signal
import termios
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pexpect
import pytest

from tests.harness import DSK, Dsk, wait_until

SECRET = "sk-typed-0123456789"
ALONE = "dsk: hint: give the key alone, in one line\r\n"


class Terminal:
    def __init__(self, dsk: Dsk) -> None:
        self.child = pexpect.spawn(DSK[0], [*DSK[1:], "key", "set"], env=dsk.env, cwd=str(dsk.home), timeout=30)
        self.path = dsk.home / "config" / "dsk" / "keys" / "deepseek"

    def echoes(self) -> bool:
        return bool(termios.tcgetattr(self.child.child_fd)[3] & termios.ECHO)

    def wait_for_prompt(self) -> None:
        self.child.expect_exact("Key of profile deepseek (it is not shown): ")
        wait_until(lambda: not self.echoes(), "the terminal to stop echoing")

    def rest(self) -> str:
        self.child.expect(pexpect.EOF)
        self.child.wait()
        before: Any = self.child.before
        return str(before.decode())


@pytest.fixture
def terminal(tmp_path: Path) -> Iterator[Terminal]:
    found = Terminal(Dsk(tmp_path / "home"))
    yield found
    found.child.close(force=True)


def test_what_is_typed_is_kept_and_not_shown(terminal: Terminal) -> None:
    terminal.wait_for_prompt()
    terminal.child.sendline(SECRET)
    assert terminal.rest() == f"\r\ndsk: the key of profile deepseek is in {terminal.path}\r\n"
    assert terminal.child.exitstatus == 0
    assert terminal.path.read_text() == SECRET + "\n"


def test_an_interrupt_gives_the_terminal_back_as_it_was(terminal: Terminal) -> None:
    terminal.wait_for_prompt()
    terminal.child.send(SECRET)
    terminal.child.sendintr()
    wait_until(terminal.echoes, "the terminal to echo again")
    assert terminal.rest() == "\r\ndsk: interrupted\r\n"
    assert terminal.child.signalstatus == 2
    assert not terminal.path.exists()


def test_an_end_of_input_is_no_key(terminal: Terminal) -> None:
    terminal.wait_for_prompt()
    terminal.child.sendeof()
    assert terminal.rest() == (
        "\r\ndsk: no key was given: the input ended\r\n"
        "dsk: hint: type it at the prompt of dsk key set, or pipe it in\r\n"
    )
    assert terminal.child.exitstatus == 3
    assert not terminal.path.exists()


def test_what_cannot_be_a_key_is_not_shown(terminal: Terminal) -> None:
    terminal.wait_for_prompt()
    terminal.child.sendline(f"Bearer {SECRET}")
    assert terminal.rest() == (f"\r\ndsk: the key from the prompt cannot be used: there is a space in it\r\n{ALONE}")
    assert terminal.child.exitstatus == 3


def test_bytes_that_are_no_text_are_refused(terminal: Terminal) -> None:
    terminal.wait_for_prompt()
    terminal.child.sendline(b"\xff" + SECRET.encode())
    assert terminal.rest() == (
        f"\r\ndsk: the key from the prompt cannot be used: there is a character in it that is not ASCII\r\n{ALONE}"
    )
    assert terminal.child.exitstatus == 3


def test_a_stop_gives_the_terminal_back_and_going_on_asks_again(tmp_path: Path) -> None:
    """In a shell without line editing, which leaves the terminal as it finds it."""
    if not shutil.which("dash"):
        pytest.skip("dash is not installed")
    dsk = Dsk(tmp_path / "home")
    env = dsk.env | {"PS1": "ready> ", "ENV": ""}
    shell: Any = pexpect.spawn("dash", ["-i"], env=env, cwd=str(dsk.home), timeout=30)

    def echoes() -> bool:
        return bool(termios.tcgetattr(shell.child_fd)[3] & termios.ECHO)

    shell.expect_exact("ready> ")
    shell.sendline(f"{shlex.join(DSK)} key set")
    for _ in range(2):
        shell.expect_exact("(it is not shown): ")
        wait_until(lambda: not echoes(), "the terminal to stop echoing")
        shell.send("sk-half")
        shell.sendcontrol("z")
        shell.expect_exact("ready> ")
        assert echoes()
        shell.sendline("fg")
    shell.expect_exact("(it is not shown): ")
    wait_until(lambda: not echoes(), "the terminal to stop echoing")
    shell.sendline(SECRET)
    shell.expect_exact("ready> ")
    assert echoes()
    assert SECRET.encode() not in shell.before
    shell.close(force=True)
    assert (dsk.home / "config" / "dsk" / "keys" / "deepseek").read_text() == SECRET + "\n"


def test_going_on_after_a_stop_that_no_program_notices_hides_again(terminal: Terminal) -> None:
    terminal.wait_for_prompt()
    with_echo = termios.tcgetattr(terminal.child.child_fd)
    with_echo[3] |= termios.ECHO
    pid = terminal.child.pid
    assert pid
    os.kill(pid, signal.SIGSTOP)
    termios.tcsetattr(terminal.child.child_fd, termios.TCSANOW, with_echo)
    os.kill(pid, signal.SIGCONT)
    terminal.wait_for_prompt()
    terminal.child.sendline(SECRET)
    assert SECRET not in terminal.rest()
    assert terminal.path.read_text() == SECRET + "\n"
