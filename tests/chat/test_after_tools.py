"""A conversation that goes on after tools were called in it: they belong to the question they were called for."""

from __future__ import annotations

import json
from collections.abc import Callable

import pytest

from dsk.scripted.script import Reply, Script, ToolCall
from dsk.scripted.server import ScriptedServer
from tests.chat.conftest import Open, sent, talk
from tests.chat.terminal import Screen
from tests.harness import Dsk
from tests.process.tool_files import write_tool

Serve = Callable[[Script], ScriptedServer]
TWICE = (
    Reply(text="Let me see.", tool_calls=(ToolCall("one", '{"a": 1}'), ToolCall("two", "{}"))),
    Reply(text="", tool_calls=(ToolCall("one", "{}"),)),
    Reply(text="All done."),
)


@pytest.fixture
def server(serve: Serve, here: Dsk) -> ScriptedServer:
    """One that has called tools for the second question of the session ``s``."""
    server = serve(Script(replies=(Reply(text="First."), *TWICE, *(Reply(text=f"More {n}.") for n in range(3)))))
    here.env["DEEPSEEK_BASE_URL"] = server.base_url
    for name in ("one", "two"):
        write_tool(here.home / "bin", name, "echo secret of the tool")
    allowed = ("--tools", "bin", "--allow-tool", "one", "--allow-tool", "two")
    for words in (("before",), (*allowed, "what is it?")):
        assert here.run("ask", "--session", "s", *words).status == 0
    return server


@pytest.fixture
def screen(open_chat: Open, server: ScriptedServer) -> Screen:
    found = open_chat(server, "--session", "s", columns=100, rows=50)
    found.prompt()
    return found


CALLS = ['dsk: the model called one {"a": 1}', "dsk: the model called two {}"]


def test_the_question_is_shown_and_no_result(screen: Screen, server: ScriptedServer) -> None:
    lines = screen.prompt()
    again = "dsk: the model called one {}"
    assert lines == [
        "dsk: deepseek-flash, s, 2 turns; /help lists the commands, ^D leaves",
        *["> what is it?", *CALLS, again, "All done.", "", ">"],
    ]
    lines = screen.say("/show")
    assert lines[-8:] == ["> what is it?", "Let me see.", *CALLS, again, "All done.", "", ">"]
    assert not any("secret" in line for line in lines)
    assert any(line.startswith("conversation, 2 turns:") for line in screen.say("/usage"))
    screen.say("go on")
    assert [message["role"] for message in sent(server)].count("tool") == 3


def test_undoing_takes_back_the_question_with_its_calls(screen: Screen, server: ScriptedServer) -> None:
    assert "taken back: what is it?" in screen.say("/undo")
    screen.say("else")
    assert sent(server) == talk("before", "First.", "else")


def test_retrying_asks_the_question_again(screen: Screen, server: ScriptedServer, here: Dsk) -> None:
    screen.say("/retry")
    assert sent(server) == talk("before", "First.", "what is it?")
    screen.say("else")
    assert sent(server) == talk("before", "First.", "what is it?", "More 0.", "else")
    screen.leave()
    tree = here.run("session", "tree", "s").text
    assert [line.removesuffix("  <- s") for line in tree.splitlines()] == [
        "1 before",
        "├─ 2 what is it?",
        "│  ↓ 3 (results of one, two)",
        "│  ↓ 4 (results of one)",
        "└─ 5 what is it?",
        "   ↓ 6 else",
    ]
    assert "\t(results of one, two)\n" in here.run("log", "list").text
    assert json.loads(here.run("session", "list", "--json").text)["turns"] == 3
    here.run("session", "undo", "s", "--to", "4")
    assert here.run("session", "list").text.split("\t")[3] == "2"
    assert "Turns:    2\n" in here.run("session", "show", "s").text


def test_editing_changes_the_question(open_chat: Open, server: ScriptedServer, here: Dsk) -> None:
    editor = here.home / "editor"
    editor.write_text('#!/bin/sh\nsed -i s/what/who/ "$1"\n')
    editor.chmod(0o755)
    screen = open_chat(server, "--session", "s", env={"EDITOR": str(editor)})
    screen.prompt()
    screen.say("/edit")
    assert sent(server) == talk("before", "First.", "who is it?")
