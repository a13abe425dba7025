"""The key bindings of dsk-sh(1), as they are printed there, in the shells that they are for."""

from __future__ import annotations

import shlex
import shutil
from collections.abc import Callable, Iterator

import pexpect
import pytest

from dsk.scripted.script import Reply, Script
from dsk.scripted.server import ScriptedServer
from tests.harness import DSK, Dsk
from tests.manual import ROOT, plain, section

KEYS = "\x18\x04"
# Each shell, how it is started with the file of bindings, and a part of what it is called for the model.
COMMANDS = {
    "bash": ["bash", "--noprofile", "--rcfile", "FILE", "-i"],
    "zsh": ["zsh", "-i"],
    "fish": ["fish", "-N", "-i", "-C", "source FILE"],
}
# Only a shell in which these are typed at its prompt knows them.
ANSWER = "greet 'one  two' three"
GREET = {"fish": "function greet; printf '<%s>' got $argv end; echo; end\n"}


def blocks() -> list[str]:
    """The literal blocks of the page's section, in their order."""
    found: list[str] = []
    inside = False
    for line in section(ROOT / "man" / "dsk-sh.1", "KEY BINDINGS"):
        if line.startswith(".Bd"):
            inside = True
            found.append("")
        elif line == ".Ed":
            inside = False
        elif inside:
            found[-1] += plain(line) + "\n"
    return found


BASH, ZSH, FISH, PRINT = blocks()
BINDINGS = {"bash": BASH, "zsh": ZSH + PRINT, "fish": FISH}


class Shell:
    """An interactive shell with a binding; ``dsk`` in it is the command under test."""

    def __init__(self, name: str, dsk: Dsk, server: ScriptedServer) -> None:
        if not shutil.which(name):
            pytest.skip(f"{name} is not installed")
        programs = dsk.home / "bin"
        programs.mkdir()
        program = programs / "dsk"
        program.write_text(f'#!/bin/sh\nexec {shlex.join(DSK)} "$@"\n')
        program.chmod(0o755)
        file = dsk.home / ".zshrc"
        greet = GREET.get(name, "greet() { printf '<%s>' got \"$@\" end; echo; }\n")
        file.write_text(greet + BINDINGS[name] + ("echo rea''dy\n"))
        env = dsk.env | {
            "PATH": f"{programs}:{dsk.env['PATH']}",
            "DEEPSEEK_BASE_URL": server.base_url,
            # Not the shell in which it is typed.
            "SHELL": "/bin/false",
            "INPUTRC": "/dev/null",
            "HISTFILE": "/dev/null",
            "ZDOTDIR": str(dsk.home),
            "TERM": "dumb",
        }
        command = [word.replace("FILE", str(file)) for word in COMMANDS[name]]
        self.child: pexpect.spawn[str] = pexpect.spawn(
            command[0],
            command[1:],
            env=env,
            cwd=str(dsk.home),
            encoding="utf-8",
            timeout=30,
            dimensions=(40, 300),
        )
        self.child.expect_exact("ready")

    def until(self, text: str) -> None:
        self.child.expect_exact(text)


Open = Callable[[str], Shell]


@pytest.fixture
def server(serve: Callable[[Script], ScriptedServer]) -> ScriptedServer:
    return serve(Script(replies=(Reply(text=f"```\n{ANSWER}\n```"), Reply(status=400))))


@pytest.fixture
def shell(dsk: Dsk, server: ScriptedServer) -> Iterator[Open]:
    shells: list[Shell] = []

    def begin(name: str) -> Shell:
        shells.append(Shell(name, dsk, server))
        return shells[-1]

    yield begin
    for one in shells:
        one.child.close(force=True)


@pytest.mark.parametrize("name", COMMANDS)
def test_the_line_becomes_the_command_and_is_entered_by_the_user(
    shell: Open, server: ScriptedServer, name: str
) -> None:
    one = shell(name)
    one.child.send(f"say hello to 'some of us{KEYS}")
    one.until(ANSWER)
    # It lies there, to be changed.
    one.child.send(" four\r")
    one.until("<got><one  two><three><four><end>")
    asked = server.requests[-1].json["messages"]
    assert asked[-1]["content"] == "say hello to 'some of us"
    assert f"command lines for {name} on" in asked[0]["content"]


@pytest.mark.parametrize("name", COMMANDS)
def test_where_there_is_no_command_the_line_stays(shell: Open, name: str) -> None:
    one = shell(name)
    one.child.send(f"x{KEYS}")
    one.until(ANSWER)
    one.child.send(f"{KEYS}")
    one.until("HTTP 400")
    one.child.send("\r")
    one.until("<got><one  two><three><end>")


def test_in_zsh_a_command_puts_it_at_the_next_prompt(shell: Open) -> None:
    one = shell("zsh")
    one.child.send("propose say hello\r")
    one.until(ANSWER)
    one.child.send("\r")
    one.until("<got><one  two><three><end>")
