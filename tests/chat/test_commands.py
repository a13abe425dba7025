"""The commands of a conversation."""

from __future__ import annotations

import json
import stat
from base64 import b64encode
from collections.abc import Callable
from pathlib import Path

import pytest

from dsk.chat.commands import COMMANDS
from dsk.scripted.faults import parse_fault
from dsk.scripted.script import Reply, Script
from dsk.scripted.server import ScriptedServer
from tests.chat.conftest import Open, sent, talk
from tests.chat.terminal import CTRL_C, ENTER, Screen
from tests.harness import Dsk

Serve = Callable[[Script], ScriptedServer]
FIRST = "dsk: hint: ask something first"


@pytest.fixture
def screen(open_chat: Open, server: ScriptedServer) -> Screen:
    found = open_chat(server, columns=100, rows=50)
    found.prompt()
    return found


def said(screen: Screen, text: str) -> list[str]:
    """What a command says."""
    lines = screen.say(text)
    begin = max(number for number, line in enumerate(lines) if line == f"> {text}")
    return lines[begin + 1 : -1]


def program(folder: Path, name: str, script: str) -> Path:
    path = folder / name
    path.write_text(f"#!/bin/sh\n{script}\n")
    path.chmod(0o755)
    return path


def test_help_lists_all_commands_and_explains_one(screen: Screen) -> None:
    shown = said(screen, "/help")
    assert [line.split()[0] for line in shown if line.startswith("/")] == [f"/{name}" for name in COMMANDS]
    assert said(screen, "/help save") == ["/save FILE", f"  {COMMANDS['save'].help}"]
    assert said(screen, "/help nothing")[0] == "dsk: there is no command /nothing"


def test_a_command_that_takes_nothing_says_so(screen: Screen, server: ScriptedServer) -> None:
    assert said(screen, "/undo the last") == [
        "dsk: /undo takes nothing after it",
        "dsk: hint: //undo would send it as a text",
    ]
    assert said(screen, "/save") == ["dsk: /save wants a FILE", "dsk: hint: /help save tells about it"]
    assert server.requests == []


def test_the_model_is_another_from_there_on(screen: Screen, server: ScriptedServer) -> None:
    screen.say("one")
    assert said(screen, "/model deepseek-v4-pro") == ["model: deepseek-v4-pro"]
    screen.say("two")
    assert said(screen, "/model") == ["model: deepseek-v4-pro", "others: deepseek-flash"]
    assert [request.json["model"] for request in server.requests] == ["deepseek-flash", "deepseek-v4-pro"]
    assert sent(server) == talk("one", "Answer 1.", "two")


def test_an_alias_of_the_config_file_is_a_model(open_chat: Open, server: ScriptedServer, here: Dsk) -> None:
    here.write_config('[aliases]\npro = "deepseek-v4-pro"\n[profiles.x]\nbase_url = "http://[::1]:9"\nmodel = "x"\n')
    assert here.run("ask", "--offline", "-m", "elsewhere", "--until", ".", "hi").status == 0
    with open_chat(server) as screen:
        screen.prompt()
        assert said(screen, "/model") == ["model: deepseek-flash", "others: deepseek-v4-pro, pro"]
        screen.say("/model pro")
        screen.say("one")
    assert server.requests[0].json["model"] == "deepseek-v4-pro"


def test_the_system_message_can_be_set_and_taken_away(screen: Screen, server: ScriptedServer, here: Dsk) -> None:
    (here.home / "pirate.txt").write_text("Talk like a pirate.\n")
    assert said(screen, "/system Be brief.") == ["system message: Be brief."]
    screen.say("one")
    assert sent(server)[0] == {"role": "system", "content": "Be brief."}
    screen.say("/system @pirate.txt")
    screen.say("two")
    assert sent(server)[0] == {"role": "system", "content": "Talk like a pirate."}
    assert said(screen, "/system -") == ["system message: none"]
    screen.say("three")
    assert sent(server)[0]["role"] == "user"


def test_files_go_before_the_next_question_and_no_other(screen: Screen, server: ScriptedServer, here: Dsk) -> None:
    (here.home / "a b.txt").write_text("A\n")
    (here.home / "c.txt").write_text("C\n")
    screen.say("/file a b.txt", last="(1 file) >")
    screen.type(f"/file ~/c.txt{ENTER}")
    screen.prompt("(2 files) >")
    screen.type(f"Well?{ENTER}")
    screen.prompt()
    screen.say("And?")
    first = f"==> a b.txt <==\nA\n\n==> {here.home}/c.txt <==\nC\n\nWell?"
    assert sent(server) == talk(first, "Answer 1.", "And?")


def test_files_can_be_left_off(screen: Screen, server: ScriptedServer, here: Dsk) -> None:
    (here.home / "a.txt").write_text("A\n")
    screen.say("/file a.txt", last="(1 file) >")
    screen.type(f"/file -{ENTER}")
    screen.prompt()
    screen.say("one")
    assert sent(server) == talk("one")


def test_a_file_that_is_not_there_is_told(screen: Screen) -> None:
    assert said(screen, "/file nothing.txt") == [
        "dsk: /file nothing.txt: no such file or directory",
        "dsk: hint: ls . shows what is there",
    ]


def test_retrying_asks_again_and_keeps_the_first_answer_in_the_tree(
    screen: Screen, server: ScriptedServer, here: Dsk
) -> None:
    screen.say("one")
    screen.say("two")
    screen.say("/retry")
    assert sent(server) == talk("one", "Answer 1.", "two")
    screen.say("three")
    assert sent(server) == talk("one", "Answer 1.", "two", "Answer 3.", "three")
    screen.leave()
    assert here.run("session", "tree", "1").text.count("two") == 2


def test_an_answer_that_broke_off_is_asked_for_again_by_retry(open_chat: Open, serve: Serve) -> None:
    server = serve(Script(replies=(Reply(text="one two three four"),), faults=(parse_fault("drop-after=3"),)))
    with open_chat(server, "--no-resume") as screen:
        screen.prompt()
        screen.say("one")
        screen.shows("dsk: hint: /retry asks again")
        screen.leave()


def test_a_retry_that_brings_nothing_leaves_the_answer_as_it_was(open_chat: Open, serve: Serve, here: Dsk) -> None:
    server = serve(Script(replies=(Reply(text="Good."), Reply(status=402), Reply(text="More."))))
    with open_chat(server) as screen:
        screen.prompt()
        screen.say("one")
        screen.say("/retry")
        screen.say("/undo")
        screen.say("two")
        screen.leave()
    assert sent(server) == talk("one", "Good.", "two")
    assert len(json.loads(here.run("session", "show", "1", "--json").text)["turns"]) == 2


def test_editing_asks_something_else_in_the_place_of_the_last_question(screen: Screen, server: ScriptedServer) -> None:
    screen.say("one")
    screen.say("what about foxes")
    screen.say("/edit")
    assert sent(server) == talk("one", "Answer 1.", "what about hares")
    screen.say("on")
    assert sent(server) == talk("one", "Answer 1.", "what about hares", "Answer 3.", "on")


@pytest.fixture(autouse=True)
def editor(here: Dsk) -> None:
    here.env["EDITOR"] = str(program(here.home, "editor", 'sed -i s/foxes/hares/ "$1"; echo >> "$1"'))


def test_an_edit_that_changes_nothing_asks_nothing(screen: Screen, server: ScriptedServer) -> None:
    screen.say("one")
    assert said(screen, "/edit") == ["nothing was changed, nothing was asked"]
    assert len(server.requests) == 1


def test_undoing_takes_the_last_turn_back(screen: Screen, server: ScriptedServer) -> None:
    screen.say("one")
    screen.say("two")
    assert said(screen, "/undo") == ["taken back: two"]
    screen.say("three")
    assert sent(server) == talk("one", "Answer 1.", "three")
    screen.say("/undo")
    screen.say("/undo")
    assert said(screen, "/undo") == ["dsk: nothing was said that could be taken back", FIRST]
    screen.say("four")
    assert sent(server) == talk("four")


def test_a_conversation_is_saved_as_markdown(screen: Screen, here: Dsk) -> None:
    assert said(screen, "/save talk.md") == ["dsk: nothing was said that could be saved", FIRST]
    screen.say("/system Be brief.")
    screen.say("one")
    screen.say("two")
    assert said(screen, "/save talk.md") == ["saved in talk.md"]
    assert (here.home / "talk.md").read_text() == (
        "## System\n\nBe brief.\n\n## Question\n\none\n\n## Answer\n\nAnswer 1.\n\n"
        "## Question\n\ntwo\n\n## Answer\n\nAnswer 2.\n"
    )


def test_a_file_that_is_there_is_replaced_only_after_a_yes(screen: Screen, here: Dsk) -> None:
    file = here.home / "talk.md"
    file.write_text("precious")
    file.chmod(0o640)
    screen.say("one")
    for answer in (ENTER, f"n{ENTER}", CTRL_C, f"y{ENTER}"):
        assert file.read_text() == "precious"
        screen.type(f"/save talk.md{ENTER}")
        screen.prompt("talk.md is there already. Replace it? [y/N]")
        screen.type(answer)
        screen.prompt()
    assert file.read_text() != "precious"
    assert stat.S_IMODE(file.stat().st_mode) == 0o640
    assert {path.name for path in here.home.iterdir()} == {"talk.md", "state", "editor"}


def test_a_file_that_cannot_be_written_is_told(screen: Screen) -> None:
    screen.say("one")
    assert said(screen, "/save no/where.md") == [
        "dsk: cannot write to no/where.md: no such file or directory",
        "dsk: hint: /save FILE names another one",
    ]


def test_the_last_answer_is_copied_by_the_terminal(screen: Screen) -> None:
    assert said(screen, "/copy") == ["dsk: nothing was said that could be copied", FIRST]
    screen.say("one")
    screen.say("two")
    assert said(screen, "/copy") == ["the terminal was told to copy it"]
    assert b"\x1b]52;c;" + b64encode(b"Answer 2.") + b"\x07" in screen.raw


def test_a_dumb_terminal_is_not_told_to_copy(open_chat: Open, server: ScriptedServer) -> None:
    with open_chat(server, env={"TERM": "dumb"}) as screen:
        screen.prompt()
        screen.say("one")
        assert said(screen, "/copy")[0].startswith("dsk: nothing is copied: the terminal cannot")
    assert b"\x1b" not in screen.raw


@pytest.mark.parametrize(("name", "variable"), [("wl-copy", "WAYLAND_DISPLAY"), ("xclip", "DISPLAY"), ("pbcopy", "")])
def test_the_last_answer_is_copied_by_the_desktop(
    open_chat: Open, server: ScriptedServer, here: Dsk, name: str, variable: str
) -> None:
    folder = here.home / "bin"
    folder.mkdir()
    program(folder, name, 'cat > copied; printf "%s" "$*" >> copied')
    env = {"PATH": f"{folder}:{here.env['PATH']}", **({variable: ":0"} if variable else {})}
    with open_chat(server, env=env) as screen:
        screen.prompt()
        screen.say("one")
        assert said(screen, "/copy") == [f"copied, by {name}"]
    assert (here.home / "copied").read_text().startswith("Answer 1.")


def test_thinking_is_switched(screen: Screen, server: ScriptedServer) -> None:
    for command, told, thinking, effort in [
        ("/think", "thinking: off", "disabled", None),
        ("/think on", "thinking: on", "enabled", None),
        ("/think high", "thinking: on, effort high", "enabled", "high"),
        ("/think", "thinking: on, effort high", "enabled", "high"),
        ("/think off", "thinking: off", "disabled", None),
        ("/think ", "thinking: off", "disabled", None),
    ]:
        assert screen.say(command)[-2] == told
        screen.say("go")
        body = server.requests[-1].json
        assert (body["thinking"]["type"], body.get("reasoning_effort")) == (thinking, effort)
    assert said(screen, "/think hard") == [
        "dsk: /think must be one of on, off, low, high, max, not 'hard'",
        "dsk: hint: /think alone shows what it is",
    ]


def test_usage_is_told_of_the_last_answer_and_of_all(open_chat: Open, serve: Serve) -> None:
    usage = {"prompt_tokens": 10, "completion_tokens": 5, "prompt_cache_hit_tokens": 4, "prompt_cache_miss_tokens": 6}
    server = serve(Script(replies=(Reply(text="A", usage=usage),)))
    with open_chat(server) as screen:
        screen.prompt()
        assert said(screen, "/usage") == ["nothing was said yet"]
        screen.say("one")
        screen.say("two")
        screen.type("/clear" + ENTER)
        screen.shows("a new conversation begins")
        screen.prompt()
        screen.say("three")
        screen.say("four")
        assert said(screen, "/usage")[:2] == [
            "last answer: prompt 10, cache hit 4, completion 5",
            "conversation, 2 turns: prompt 20, cache hit 8, completion 10",
        ]


def test_usage_tells_an_estimate_of_what_all_of_it_cost(open_chat: Open, serve: Serve, here: Dsk) -> None:
    price = 'currency = "USD"\nas_of = 2026-11-15\ncache_hit = 0\ncache_miss = 1\noutput = 2\n'
    here.write_config(f"[prices.deepseek-flash]\n{price}")
    usage = {"prompt_tokens": 10, "completion_tokens": 5, "prompt_cache_hit_tokens": 4, "prompt_cache_miss_tokens": 6}
    server = serve(Script(replies=(Reply(text="A", usage=usage),)))
    with open_chat(server) as screen:
        screen.prompt()
        screen.say("one")
        screen.say("two")
        screen.say("/undo")
        assert said(screen, "/usage")[1:3] == [
            "conversation, 1 turn: prompt 10, cache hit 4, completion 5",
            "estimated cost: ~0.000032 USD",
        ]


def test_usage_is_told_after_each_answer_where_it_is_wished_for(open_chat: Open, server: ScriptedServer) -> None:
    with open_chat(server, "-u") as screen:
        screen.prompt()
        screen.say("one")
        assert sum("dsk: usage: prompt" in line for line in screen.say("two")) == 2


def test_another_session_is_gone_on_with(screen: Screen, server: ScriptedServer, here: Dsk) -> None:
    here.env["DEEPSEEK_BASE_URL"] = server.base_url
    assert here.run("ask", "--session", "story", "once").status == 0
    screen.say("aside")
    assert said(screen, "/session story") == ["deepseek-flash, story, 1 turn", "> once", "Answer 1.", ""]
    screen.say("more")
    assert sent(server) == talk("once", "Answer 1.", "more")
    assert said(screen, "/session 99")[0] == "dsk: there is no session 99"
    screen.say("on")
    assert sent(server) == talk("once", "Answer 1.", "more", "Answer 3.", "on")


def test_a_session_gets_a_name(screen: Screen, here: Dsk) -> None:
    assert said(screen, "/session rename tides")[0] == "dsk: a new session has no turn yet"
    screen.say("one")
    assert said(screen, "/session rename tides") != []
    assert said(screen, "/session") == ["deepseek-flash, tides, 1 turn"]
    assert here.run("session", "list", "--named").text.split("\t")[1] == "tides"


def test_a_name_that_is_taken_is_told_with_another_way_out(screen: Screen, here: Dsk, server: ScriptedServer) -> None:
    here.env["DEEPSEEK_BASE_URL"] = server.base_url
    assert here.run("ask", "--session", "tides", "once").status == 0
    screen.say("one")
    assert said(screen, "/session rename tides") == [
        "dsk: there is a session tides already",
        "dsk: hint: take another name; dsk session list shows those that there are",
    ]


def test_the_conversation_is_shown_from_its_beginning(screen: Screen) -> None:
    assert said(screen, "/show") == ["dsk: nothing was said yet", FIRST]
    screen.say("one")
    screen.say("two")
    assert said(screen, "/show") == ["> one", "Answer 1.", "", "> two", "Answer 2.", ""]


def test_of_a_long_turn_its_end_is_shown_and_all_of_it_on_demand(open_chat: Open, serve: Serve) -> None:
    code = "\n".join(f"line {n}" for n in range(40))
    server = serve(Script(replies=(Reply(text=f"Look:\n\n```sh\n{code}\n```\nThat is **all**."),)))
    with open_chat(server, "--session", "long", "go") as screen:
        screen.shows("That is all.")
        screen.leave()
    with open_chat(server, "--session", "long", rows=60) as screen:
        lines = screen.prompt()
        assert lines[1:5] == ["dsk: the end of the last turn; /show prints all", "> go", "```sh", "line 30"]
        assert lines[-4:] == ["```", "That is all.", "", ">"]
        assert said(screen, "/show")[:4] == ["> go", "Look:", "", "```sh"]


def test_an_answer_that_was_stopped_is_told_as_such(open_chat: Open, stalling: ScriptedServer) -> None:
    with open_chat(stalling, "--session", "cut") as screen:
        screen.prompt()
        screen.type("go" + ENTER)
        screen.shows("one two")
        screen.type(CTRL_C)
        screen.prompt()
        assert said(screen, "/usage")[0] == "last answer: it was stopped before the server told"
        screen.leave()
    with open_chat(stalling, "--session", "cut") as screen:
        assert "dsk: this answer was stopped" in screen.prompt()


def test_a_word_that_leaves_elsewhere_is_not_sent(screen: Screen, server: ScriptedServer) -> None:
    words = ("quit", "exit", ":q", " Quit ")
    for word in words:
        assert f"dsk: {word.strip()} is not sent" in screen.say(word)
    assert server.requests == []
    for word in words:
        screen.say(f"\\{word.strip()}")
        assert sent(server)[-1] == talk(word.strip())[0]
    assert len(server.requests) == len(words)


def test_blanks_before_a_command_are_no_part_of_it(screen: Screen, server: ScriptedServer) -> None:
    assert "model: deepseek-v4-pro" in screen.say("  /model deepseek-v4-pro")
    assert server.requests == []


def test_clearing_begins_a_new_session_on_the_same_terms(screen: Screen, server: ScriptedServer, here: Dsk) -> None:
    screen.say("/model deepseek-v4-pro")
    screen.say("/system Be brief.")
    screen.say("one")
    screen.say("/clear")
    screen.say("two")
    assert server.requests[-1].json["model"] == "deepseek-v4-pro"
    assert sent(server) == [{"role": "system", "content": "Be brief."}, *talk("two")]
    screen.leave()
    assert len(here.run("session", "list").text.splitlines()) == 2


def test_quit_leaves(screen: Screen) -> None:
    screen.type("/quit" + ENTER)
    assert screen.end() == 0
